/** InUrl08 URL CREDENTIALS: the credentials go into the URL; for version 0.8, which lets nobody choose its web sockets. */
final class InUrl08 {
  public static void main(String[] args) throws Exception {
    Chat.run(args[0], Chat.inUrl(args[1]));
  }
}

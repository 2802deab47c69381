/** InUrl08 URL CREDENTIALS: sends the credentials in the URL. For version 0.8, which cannot replace its WebSocket class. */
final class InUrl08 {
  public static void main(String[] args) throws Exception {
    Chat.run(args[0], Chat.inUrl(args[1]));
  }
}

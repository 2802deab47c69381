/** InUrl08 URL CREDENTIALS OPTIONS: sends the credentials in the URL. For versions before 1.0, which cannot replace their WebSocket class. */
final class InUrl08 {
  public static void main(String[] args) throws Exception {
    Chat.run(args[0], Chat.inUrl(args[1]), args[2]);
  }
}

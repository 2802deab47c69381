import io.socket.client.IO;

/** InUrl URL CREDENTIALS OPTIONS: sends the credentials in the URL. */
final class InUrl {
  public static void main(String[] args) throws Exception {
    IO.Options options = Chat.inUrl(args[1]);
    options.webSocketFactory = new ClosingWebSockets();
    Chat.run(args[0], options, args[2]);
  }
}

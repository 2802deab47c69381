import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;

/**
 * Answers the server's close frame. The client does not, and so considers a closed connection open until its heartbeat
 * times out minutes later.
 */
final class ClosingWebSockets implements WebSocket.Factory {
  private final OkHttpClient http = new OkHttpClient();

  @Override
  public WebSocket newWebSocket(Request request, WebSocketListener client) {
    return http.newWebSocket(request, new WebSocketListener() {
      @Override
      public void onClosing(WebSocket socket, int code, String reason) {
        socket.close(1000, null);
      }

      @Override
      public void onClosed(WebSocket socket, int code, String reason) {
        client.onClosed(socket, code, reason);
      }

      @Override
      public void onOpen(WebSocket socket, Response response) {
        client.onOpen(socket, response);
      }

      @Override
      public void onMessage(WebSocket socket, String text) {
        client.onMessage(socket, text);
      }

      @Override
      public void onMessage(WebSocket socket, ByteString bytes) {
        client.onMessage(socket, bytes);
      }

      @Override
      public void onFailure(WebSocket socket, Throwable error, Response response) {
        client.onFailure(socket, error, response);
      }
    });
  }
}

import io.socket.client.IO;
import java.util.HashMap;
import java.util.Iterator;
import org.json.JSONObject;

/** InPayload URL CREDENTIALS OPTIONS: sends the credentials in the CONNECT payload, which the client supports since 2.0. */
final class InPayload {
  public static void main(String[] args) throws Exception {
    JSONObject credentials = new JSONObject(args[1]);
    IO.Options options = new IO.Options();
    options.webSocketFactory = new ClosingWebSockets();
    options.auth = new HashMap<>();
    for (Iterator<?> names = credentials.keys(); names.hasNext(); ) {
      String name = (String) names.next();
      options.auth.put(name, credentials.getString(name));
    }
    Chat.run(args[0], options, args[2]);
  }
}

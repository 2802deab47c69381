import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.json.JSONArray;
import org.json.JSONObject;

/** One user: prints each event as a line {"event", "args"}, and sends each input line as a message. */
final class Chat {
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  static void run(String url, IO.Options options, String settings) throws Exception {
    JSONArray transports = new JSONObject(settings).optJSONArray("transports");
    if (transports != null) options.transports = new String[] {transports.getString(0)};
    Socket socket = IO.socket(url + "/chat", options);
    socket.on("login", args -> tell("login", args));
    socket.on("message", args -> tell("message", args));
    socket.on("ack", args -> tell("ack", args));
    socket.on("synced", args -> tell("synced", args));
    socket.on("disconnect", args -> tell("disconnect", args));
    // The causes of the exception contain the reason.
    socket.on("connect_error", args -> ((Exception) args[0]).printStackTrace());
    socket.connect();

    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      socket.emit("say", new JSONObject(line), (Ack) answer -> tell("answer", answer));
    }
    socket.disconnect();
    System.exit(0);
  }

  static IO.Options inUrl(String credentials) throws Exception {
    IO.Options options = new IO.Options();
    options.query = "auth=" + URLEncoder.encode(credentials, "UTF-8");
    return options;
  }

  private static void tell(String event, Object... args) {
    OUT.println(new JSONObject(Map.of("event", event, "args", new JSONArray(Arrays.asList(args)))));
  }
}

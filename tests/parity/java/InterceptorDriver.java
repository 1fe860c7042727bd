// Reads [{type, configuration, headers, body}], runs the interceptor on that one event, prints the headers after it, or null when it was dropped;
// `error`: it could not be made, `event_error`: it failed on the event.
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.reflect.TypeToken;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flume.Context;
import org.apache.flume.Event;
import org.apache.flume.event.EventBuilder;
import org.apache.flume.interceptor.Interceptor;
import org.apache.flume.interceptor.InterceptorBuilderFactory;

public class InterceptorDriver {
  public static void main(String[] args) throws Exception {
    Gson gson = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    JsonArray cases = gson.fromJson(new InputStreamReader(System.in, StandardCharsets.UTF_8), JsonArray.class);
    InetAddress here = InetAddress.getLocalHost();
    for (JsonElement element : cases) {
      JsonObject c = element.getAsJsonObject();
      boolean isMade = false;
      try {
        Interceptor.Builder builder = InterceptorBuilderFactory.newInstance(c.get("type").getAsString());
        builder.configure(new Context(strings(gson, c.get("configuration"))));
        Interceptor interceptor = builder.build();
        interceptor.initialize();
        isMade = true;
        Event event = EventBuilder.withBody(c.get("body").getAsString().getBytes(StandardCharsets.UTF_8),
            strings(gson, c.get("headers")));
        Event out = interceptor.intercept(event);
        c.add("result", out == null ? JsonNull.INSTANCE : shown(out, here));
      } catch (Throwable t) {
        c.addProperty(isMade ? "event_error" : "error", t.getClass().getName());
      }
    }
    new PrintStream(System.out, true, "UTF-8").println(gson.toJson(cases));
  }

  // What depends on the moment or the machine is replaced by a name in angle brackets.
  private static JsonObject shown(Event event, InetAddress here) {
    JsonObject headers = new JsonObject();
    long now = System.currentTimeMillis();
    for (Map.Entry<String, String> e : new TreeMap<>(event.getHeaders()).entrySet()) {
      String value = e.getValue();
      if (value == null) {
        headers.add(e.getKey(), JsonNull.INSTANCE);
        continue;
      }
      if (value.equals(here.getHostAddress())) {
        value = "<IP>";
      } else if (value.equals(here.getCanonicalHostName())) {
        value = "<FQDN>";
      } else if (value.matches("\\d{13}") && Math.abs(now - Long.parseLong(value)) < 60_000) {
        value = "<NOW>";
      } else {
        value = value.replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "<UUID>");
      }
      headers.addProperty(e.getKey(), value);
    }
    JsonObject out = new JsonObject();
    out.add("headers", headers);
    out.addProperty("body", new String(event.getBody(), StandardCharsets.UTF_8));
    return out;
  }

  private static Map<String, String> strings(Gson gson, JsonElement object) {
    return gson.fromJson(object, new TypeToken<Map<String, String>>() {}.getType());
  }
}

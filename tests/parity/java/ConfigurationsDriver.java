// Reads [{file, agent, path}], loads each file as the agent does, without starting anything, and prints what the agent would run: channels,
// sources and sinks by name with their classes, and groups with their processor and sinks; `error`: the configuration is refused as a
// whole, so that nothing runs.
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flume.Channel;
import org.apache.flume.Sink;
import org.apache.flume.SinkProcessor;
import org.apache.flume.SinkRunner;
import org.apache.flume.SourceRunner;
import org.apache.flume.node.ConfigurationSource;
import org.apache.flume.node.FileConfigurationSource;
import org.apache.flume.node.MaterializedConfiguration;
import org.apache.flume.node.UriConfigurationProvider;

public class ConfigurationsDriver {
  public static void main(String[] args) throws Exception {
    Gson gson = new GsonBuilder().disableHtmlEscaping().create();
    JsonArray cases = gson.fromJson(new InputStreamReader(System.in, StandardCharsets.UTF_8), JsonArray.class);
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    System.setOut(System.err);
    for (JsonElement element : cases) {
      JsonObject c = element.getAsJsonObject();
      try {
        List<ConfigurationSource> sources = Collections.<ConfigurationSource>singletonList(
            new FileConfigurationSource(new File(c.get("path").getAsString()).toURI()));
        UriConfigurationProvider provider = new UriConfigurationProvider(c.get("agent").getAsString(), sources, null, null, 0);
        c.add("result", shown(provider.getConfiguration()));
      } catch (Throwable t) {
        c.addProperty("error", t.getClass().getName());
      }
      c.remove("path");
    }
    out.println(gson.toJson(cases));
    out.flush();
    Runtime.getRuntime().halt(0);   // what a component's configuration may have begun does not matter
  }

  private static JsonObject shown(MaterializedConfiguration configuration) throws Exception {
    JsonObject channels = new JsonObject();
    for (Map.Entry<String, Channel> e : new TreeMap<>(configuration.getChannels()).entrySet()) {
      channels.addProperty(e.getKey(), e.getValue().getClass().getName());
    }
    JsonObject sources = new JsonObject();
    for (Map.Entry<String, SourceRunner> e : new TreeMap<>(configuration.getSourceRunners()).entrySet()) {
      sources.addProperty(e.getKey(), e.getValue().getSource().getClass().getName());
    }
    JsonObject sinks = new JsonObject();
    JsonObject groups = new JsonObject();
    Map<String, String> all = new TreeMap<>();
    for (Map.Entry<String, SinkRunner> e : new TreeMap<>(configuration.getSinkRunners()).entrySet()) {
      SinkProcessor processor = e.getValue().getPolicy();
      JsonArray names = new JsonArray();
      for (Sink sink : sinksOf(processor)) {
        all.put(sink.getName(), sink.getClass().getName());
      }
      Map<String, Sink> sorted = new TreeMap<>();
      for (Sink sink : sinksOf(processor)) {
        sorted.put(sink.getName(), sink);
      }
      for (String name : sorted.keySet()) {
        names.add(name);
      }
      if (!sorted.containsKey(e.getKey())) {
        JsonObject group = new JsonObject();
        group.addProperty("processor", processor.getClass().getName());
        group.add("sinks", names);
        groups.add(e.getKey(), group);
      }
    }
    for (Map.Entry<String, String> e : all.entrySet()) {
      sinks.addProperty(e.getKey(), e.getValue());
    }
    JsonObject result = new JsonObject();
    result.add("channels", channels);
    result.add("sources", sources);
    result.add("sinks", sinks);
    result.add("groups", groups);
    return result;
  }

  @SuppressWarnings("unchecked")
  private static List<Sink> sinksOf(SinkProcessor processor) throws Exception {
    for (Class<?> type = processor.getClass(); type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        field.setAccessible(true);
        if (field.getName().equals("sinkList")) {
          return (List<Sink>) field.get(processor);
        }
        if (field.getName().equals("sink")) {
          return Collections.singletonList((Sink) field.get(processor));
        }
      }
    }
    throw new IllegalStateException("no sinks in " + processor.getClass());
  }
}

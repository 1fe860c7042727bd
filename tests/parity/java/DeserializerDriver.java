// Reads [{type, configuration, file}] with the file's bytes in Base64, or {type, configuration, schema, records, codec, interval} of which
// it writes an Avro container file first, lets the deserializer read all of it, and prints the file and the events' headers and bodies;
// `error`: the file could not be opened, or not be read to its end.
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.flume.Context;
import org.apache.flume.Event;
import org.apache.flume.serialization.DecodeErrorPolicy;
import org.apache.flume.serialization.EventDeserializer;
import org.apache.flume.serialization.EventDeserializerFactory;
import org.apache.flume.serialization.ResettableFileInputStream;
import org.apache.flume.serialization.DurablePositionTracker;

public class DeserializerDriver {
  public static void main(String[] args) throws Exception {
    Gson gson = new GsonBuilder().disableHtmlEscaping().create();
    JsonArray cases = gson.fromJson(new InputStreamReader(System.in, StandardCharsets.UTF_8), JsonArray.class);
    for (JsonElement element : cases) {
      JsonObject c = element.getAsJsonObject();
      if (c.has("records")) {
        c.addProperty("file", Base64.getEncoder().encodeToString(written(c)));
        c.remove("records");
      }
      read(c);
    }
    new PrintStream(System.out, true, "UTF-8").println(gson.toJson(cases));
  }

  private static byte[] written(JsonObject c) throws Exception {
    Schema schema = new Schema.Parser().parse(c.get("schema").getAsString());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DataFileWriter<GenericRecord> writer = new DataFileWriter<>(new GenericDatumWriter<>(schema));
    writer.setCodec(CodecFactory.fromString(c.get("codec").getAsString()));
    writer.setSyncInterval(c.get("interval").getAsInt());
    writer.create(schema, out, "the sync marker.".getBytes(StandardCharsets.US_ASCII));
    for (JsonElement record : c.get("records").getAsJsonArray()) {
      writer.append(new GenericDatumReader<GenericRecord>(schema).read(null,
          DecoderFactory.get().jsonDecoder(schema, record.toString())));
    }
    writer.close();
    return out.toByteArray();
  }

  private static void read(JsonObject c) throws Exception {
    File folder = Files.createTempDirectory("deserializer").toFile();
    File file = new File(folder, "file");
    File position = new File(folder, "position");
    Files.write(file.toPath(), Base64.getDecoder().decode(c.get("file").getAsString()));
    Map<String, String> keys = new TreeMap<>();
    for (Map.Entry<String, JsonElement> e : c.get("configuration").getAsJsonObject().entrySet()) {
      keys.put(e.getKey(), e.getValue().getAsString());
    }
    JsonArray events = new JsonArray();
    try {
      ResettableFileInputStream in = new ResettableFileInputStream(file,
          DurablePositionTracker.getInstance(position, file.getPath()), 16384, StandardCharsets.UTF_8, DecodeErrorPolicy.FAIL);
      EventDeserializer deserializer = EventDeserializerFactory.getInstance(c.get("type").getAsString(), new Context(keys), in);
      for (Event event = deserializer.readEvent(); event != null; event = deserializer.readEvent()) {
        JsonObject shown = new JsonObject();
        JsonObject headers = new JsonObject();
        for (Map.Entry<String, String> e : new TreeMap<>(event.getHeaders()).entrySet()) {
          headers.addProperty(e.getKey(), e.getValue());
        }
        shown.add("headers", headers);
        shown.addProperty("body", Base64.getEncoder().encodeToString(event.getBody()));
        events.add(shown);
      }
    } catch (Throwable t) {
      c.addProperty("error", t.getClass().getName());
    }
    c.add("result", events);
    Files.deleteIfExists(file.toPath());
    Files.deleteIfExists(position.toPath());
    folder.delete();
  }
}

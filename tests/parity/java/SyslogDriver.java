// Reads [{parser, input, keepFields, eventSize, now, zone, format, charset}], gives the bytes of `input` (a character per byte) to the
// parser of Flume's syslog sources as their handlers do, and prints the events' headers and bodies (a character per byte); `error`: the
// exception that ended it. parser: tcp (a connection), udp (a datagram), multiport (a connection). `now` is what the clock says; `<NOW>`
// stands for a time that the parser took from the machine's clock all the same.
package org.apache.flume.source;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flume.Event;
import org.apache.flume.instrumentation.SourceCounter;
import org.apache.mina.core.buffer.IoBuffer;
import org.joda.time.DateTimeUtils;
import org.joda.time.DateTimeZone;

public class SyslogDriver {
  public static void main(String[] args) throws Exception {
    Gson gson = new GsonBuilder().disableHtmlEscaping().create();
    JsonArray cases = gson.fromJson(new InputStreamReader(System.in, StandardCharsets.UTF_8), JsonArray.class);
    for (JsonElement element : cases) {
      JsonObject c = element.getAsJsonObject();
      TimeZone zone = TimeZone.getTimeZone(c.get("zone").getAsString());
      TimeZone.setDefault(zone);
      DateTimeZone.setDefault(DateTimeZone.forTimeZone(zone));
      DateTimeUtils.setCurrentMillisFixed(c.get("now").getAsLong());
      JsonArray events = new JsonArray();
      try {
        if (c.get("parser").getAsString().equals("multiport")) {
          multiport(c, events);
        } else {
          plain(c, events);
        }
      } catch (Throwable t) {
        c.addProperty("error", t.getClass().getName());
      }
      c.add("result", events);
    }
    new PrintStream(System.out, true, "UTF-8").println(gson.toJson(cases));
  }

  private static byte[] input(JsonObject c) {
    return c.get("input").getAsString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void plain(JsonObject c, JsonArray events) {
    boolean udp = c.get("parser").getAsString().equals("udp");
    Clock clock = Clock.fixed(Instant.ofEpochMilli(c.get("now").getAsLong()), ZoneOffset.UTC);
    SyslogUtils utils = new SyslogUtils(2500, null, udp, clock);
    utils.setEventSize(udp ? 65536 : c.get("eventSize").getAsInt());
    Map<String, String> format = new HashMap<>();
    if (c.has("format")) {
      for (Map.Entry<String, JsonElement> e : c.get("format").getAsJsonObject().entrySet()) {
        format.put(e.getKey(), e.getValue().getAsString());
      }
    }
    utils.addFormats(format);
    utils.setKeepFields(SyslogUtils.chooseFieldsToKeep(c.get("keepFields").getAsString()));
    ByteBuf buffer = Unpooled.wrappedBuffer(input(c));
    do {
      Event event = utils.extractEvent(buffer);
      if (event != null) {
        show(event, events);
      }
    } while (!udp && buffer.isReadable());
  }

  private static void multiport(JsonObject c, JsonArray events) {
    int size = c.get("eventSize").getAsInt();
    Charset charset = Charset.forName(c.get("charset").getAsString());
    Set<String> keep = SyslogUtils.chooseFieldsToKeep(c.get("keepFields").getAsString());
    MultiportSyslogTCPSource.MultiportSyslogHandler handler = new MultiportSyslogTCPSource.MultiportSyslogHandler(size, 100, null,
        new SourceCounter("r1"), null, null, null, new MultiportSyslogTCPSource.ThreadSafeDecoder(charset), new ConcurrentHashMap<>(), keep);
    MultiportSyslogTCPSource.LineSplitter splitter = new MultiportSyslogTCPSource.LineSplitter(size);
    MultiportSyslogTCPSource.ParsedBuffer line = new MultiportSyslogTCPSource.ParsedBuffer();
    IoBuffer buffer = IoBuffer.wrap(input(c));
    IoBuffer saved = IoBuffer.allocate(size, false);
    while (buffer.hasRemaining()) {
      if (splitter.parseLine(buffer, saved, line)) {
        show(handler.parseEvent(line, charset.newDecoder()), events);
      }
    }
  }

  private static void show(Event event, JsonArray events) {
    JsonObject shown = new JsonObject();
    JsonObject headers = new JsonObject();
    for (Map.Entry<String, String> e : new TreeMap<>(event.getHeaders()).entrySet()) {
      boolean now = e.getKey().equals("timestamp") && Math.abs(Long.parseLong(e.getValue()) - System.currentTimeMillis()) < 600_000;
      headers.addProperty(e.getKey(), now ? "<NOW>" : e.getValue());
    }
    shown.add("headers", headers);
    shown.addProperty("body", new String(event.getBody(), StandardCharsets.ISO_8859_1));
    events.add(shown);
  }
}

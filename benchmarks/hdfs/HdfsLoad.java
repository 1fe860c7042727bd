// The verbs write and flush of hdfs_load.cpp with Hadoop's own client, for comparison:
//   java -cp CONF:JARS HdfsLoad.java write PATH BYTES PIECE | flush PATH COUNT PIECE
// One warm-up of a quarter of the work comes first and is not counted: the compiler of the JVM is at work in it.
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

public class HdfsLoad {
  static final com.sun.management.OperatingSystemMXBean SYSTEM =
      (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  static void write(FileSystem fs, Path path, long bytes, int piece, boolean counts) throws Exception {
    byte[] data = new byte[piece];
    Arrays.fill(data, (byte) 'x');
    long cpu = SYSTEM.getProcessCpuTime();
    long begin = System.nanoTime();
    try (FSDataOutputStream out = fs.create(path, false)) {
      for (long left = bytes; left > 0; left -= piece) out.write(data);
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    double used = (SYSTEM.getProcessCpuTime() - cpu) / 1e9;
    if (counts) System.out.printf("{\"bytes\": %d, \"seconds\": %.6f, \"cpu_seconds\": %.6f}%n", bytes, seconds, used);
    fs.delete(path, false);
  }

  static void flush(FileSystem fs, Path path, int count, int piece, boolean counts) throws Exception {
    byte[] data = new byte[piece];
    Arrays.fill(data, (byte) 'x');
    double[] micros = new double[count];
    try (FSDataOutputStream out = fs.create(path, false)) {
      for (int i = 0; i < count; ++i) {
        long begin = System.nanoTime();
        out.write(data);
        out.hflush();
        micros[i] = (System.nanoTime() - begin) / 1e3;
      }
    }
    Arrays.sort(micros);
    if (counts) System.out.printf("{\"p50_us\": %.1f, \"p99_us\": %.1f}%n", micros[count / 2], micros[count * 99 / 100]);
    fs.delete(path, false);
  }

  public static void main(String[] arguments) throws Exception {
    Path path = new Path(arguments[1]);
    long amount = Long.parseLong(arguments[2]);
    int piece = Integer.parseInt(arguments[3]);
    try (FileSystem fs = FileSystem.get(new Configuration())) {
      for (boolean counts : new boolean[] {false, true}) {
        long part = counts ? amount : amount / 4;
        if (arguments[0].equals("write")) write(fs, path, part, piece, counts);
        else flush(fs, path, (int) part, piece, counts);
      }
    }
  }
}

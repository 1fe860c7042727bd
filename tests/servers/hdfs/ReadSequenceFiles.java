// Hadoop's own reader of SequenceFiles, for tests of files that others wrote. Every argument is a pattern of paths:
//
//   java -cp <conf>:<jars> ReadSequenceFiles.java PATTERN...
//
// file PATH KEY-CLASS VALUE-CLASS, and of each record where it begins, whether a sync marker stands before it, key and value (in hexadecimal
// digits): record POSITION MARKED KEY VALUE. Then what SequenceFile.Reader.sync() finds from a number of positions:
// sync FROM POSITION KEY, or sync FROM end.
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.SequenceFile;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.io.Writable;
import org.apache.hadoop.util.ReflectionUtils;

public class ReadSequenceFiles {
  private static final int STEPS = 97;

  public static void main(String[] patterns) throws Exception {
    Configuration conf = new Configuration();
    conf.addResource("hdfs-site.xml");
    FileSystem fs = FileSystem.get(conf);
    for (String pattern : patterns) {
      for (FileStatus file : fs.globStatus(new Path(pattern))) {
        show(conf, file.getPath(), file.getLen());
      }
    }
  }

  private static void show(Configuration conf, Path path, long length) throws Exception {
    try (SequenceFile.Reader reader = new SequenceFile.Reader(conf, SequenceFile.Reader.file(path))) {
      System.out.println("file " + path.toUri().getPath() + " " + reader.getKeyClassName() + " " + reader.getValueClassName());
      Writable key = (Writable) ReflectionUtils.newInstance(reader.getKeyClass(), conf);
      Writable value = (Writable) ReflectionUtils.newInstance(reader.getValueClass(), conf);
      for (long position = reader.getPosition(); reader.next(key, value); position = reader.getPosition()) {
        System.out.println("record " + position + " " + reader.syncSeen() + " " + key + " " + hex(value));
      }
      for (long from = 0; from < length + STEPS; from += Math.max(1, length / STEPS)) {
        reader.sync(Math.min(from, length));
        long position = reader.getPosition();
        System.out.println("sync " + Math.min(from, length) + (reader.next(key) ? " " + position + " " + key : " end"));
      }
    }
  }

  private static String hex(Writable value) {
    boolean isText = value instanceof Text;
    byte[] bytes = isText ? ((Text) value).copyBytes() : ((BytesWritable) value).copyBytes();
    StringBuilder digits = new StringBuilder("x");
    for (byte b : bytes) digits.append(String.format("%02x", b));
    return digits.toString();
  }
}

import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes the lines of a UTF-8 file as Java on Windows does: its charset and line ends. */
final class Rows {
  public static void main(String[] files) throws java.io.IOException {
    List<String> lines = Files.readAllLines(Path.of(files[0]));
    Files.writeString(Path.of(files[1]), String.join("\r\n", lines) + "\r\n", Charset.forName("windows-1252"));
  }
}

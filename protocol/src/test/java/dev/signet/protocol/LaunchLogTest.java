// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchLogTest {
  private static final Digest ZERO = Digest.ofDigest(new byte[32]);

  /** Written by a separate script, with start and stop of one launch. */
  static byte[] vector() {
    try (InputStream in = LaunchLogTest.class.getResourceAsStream("/vectors/launch-log.jsonl")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String text() {
    return new String(vector(), StandardCharsets.UTF_8);
  }

  private static void refuses(String log) {
    assertThat(log).isNotEqualTo(text());
    assertThatThrownBy(() -> LaunchLog.parse(log.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void readsVectorAndReplaysToItsRegister() throws Exception {
    LaunchLog log = LaunchLog.parse(vector());
    assertThat(log.register()).isEqualTo(15);
    assertThat(log.baseline()).isEqualTo(new LaunchLog.Baseline(ZERO, 3, 1));
    assertThat(log.entries()).hasSize(2);
    Digest register = log.baseline().value();
    for (LaunchLog.Entry entry : log.entries()) {
      register = Digest.hash(register.toArray(), entry.digest().toArray());
      assertThat(Digest.hash(entry.measured().toArray())).isEqualTo(entry.digest());
    }
    assertThat(register.toHex())
        .isEqualTo("8c7dff21ef4f6d25d0d762ccbd174070645c7c7471ae2c2a48d1ef1de151a948");
    LaunchEvent.Start start = (LaunchEvent.Start) log.entries().get(0).event();
    assertThat(start.arguments()).containsExactly("--serve", "8080");
    assertThat(start.requestKey()).isEqualTo(PublicJwkTest.KEY.thumbprint());
    LaunchEvent.Stop stop = (LaunchEvent.Stop) log.entries().get(1).event();
    assertThat(stop.cause()).isEqualTo(LaunchEvent.Cause.EXITED);
  }

  @Test
  void writesTheVectorAgain() throws Exception {
    LaunchLog log = LaunchLog.parse(vector());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(LaunchLog.baselineLine(15, log.baseline()));
    for (int i = 0; i < log.entries().size(); i++) {
      byte[] event = StrictJson.encode(log.entries().get(i).event());
      assertThat(event).isEqualTo(log.entries().get(i).measured().toArray());
      out.writeBytes(LaunchLog.eventLine(i + 1, 15, event));
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"recnum\":0|\"recnum\":1",
        "\"recnum\":1|\"recnum\":2",
        "\"recnum\":2|\"recnum\":1",
        "\"pcr\":15|\"pcr\":24",
        "\"pcr\":15|\"pcr\":-1",
        "\"recnum\":1,\"pcr\":15|\"recnum\":1,\"pcr\":14",
        "signet-baseline|signet-launch",
        "\"content_type\":\"signet-launch\"|\"content_type\":\"signet-baseline\"",
        "\"content_type\":\"signet-launch\"|\"content_type\":null",
        "\"digests\":[]|\"digests\":null",
        "\"digests\":[{\"hashAlg\"|\"digests\":[null,{\"hashAlg\"",
        "\"hashAlg\":\"sha256\"|\"hashAlg\":\"sha1\"",
        "\"hashAlg\":\"sha256\"|\"hashAlg\":null",
        "\\\"resetCount\\\":3|\\\"resetCount\\\":-1",
        "\\\"resetCount\\\":3|\\\"resetCount\\\":4294967296",
        "\\\"restartCount\\\":1|\\\"restartCount\\\":1,\\\"more\\\":1",
        "--serve|--other",
        "\\\"type\\\":\\\"start\\\"|\\\"type\\\":\\\"other\\\"",
        "\"content\":{|\"content\":{\"more\":1,",
        "\"pcr\":15,|\"pcr\":15,\"pcr\":15,"
      })
  void refusesChangedRecord(String from, String to) {
    assertThat(text()).contains(from);
    int at = text().indexOf(from);
    refuses(text().substring(0, at) + to + text().substring(at + from.length()));
  }

  @Test
  void refusesRecordWithoutOrWithOnlyNullDigests() {
    String digests = text().replaceAll("(?s).*(\\[\\{\"hashAlg.*?\\]).*", "$1");
    for (String other : List.of("[]", "[null]", "[{}]", "[[]]", "{}")) {
      refuses(text().replace(digests, other));
    }
  }

  @Test
  void attack15RefusesSecondBank() {
    refuses(
        text()
            .replaceFirst(
                "\\[\\{\"hashAlg",
                "[{\"hashAlg\":\"sha1\",\"digest\":\"" + "00".repeat(20) + "\"},{\"hashAlg"));
  }

  @Test
  void refusesOtherLines() {
    String[] lines = text().split("(?<=\n)");
    refuses("");
    refuses("\n");
    refuses("\n" + text());
    refuses(text() + "\n");
    refuses(text().substring(0, text().length() - 1));
    refuses(text().replace("\n", "\r\n\n"));
    refuses(lines[1] + lines[2]);
    refuses(lines[0] + lines[2]);
    refuses(lines[0] + lines[2] + lines[1]);
    refuses(lines[0] + lines[0] + lines[1]);
    refuses(lines[0] + lines[1] + lines[1]);
  }

  @Test
  void refusesContentThatIsNotText() throws Exception {
    // An unpaired surrogate would be measured as a question mark.
    byte[] measured = "?".getBytes(StandardCharsets.UTF_8);
    String line = new String(LaunchLog.eventLine(1, 15, measured), StandardCharsets.UTF_8);
    String base = text().substring(0, text().indexOf('\n') + 1);
    assertThatThrownBy(
            () ->
                LaunchLog.parse(
                    (base + line.replace("\"?\"", "\"\\ud800\"")).getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("not Unicode text");
    assertThatThrownBy(() -> LaunchLog.eventLine(1, 15, new byte[] {(byte) 0xC3}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void attack44BoundsBytesRecordsAndLines() {
    byte[] large = new byte[Limits.LAUNCH_LOG_BYTES + 1];
    Arrays.fill(large, (byte) '\n');
    assertThatThrownBy(() -> LaunchLog.parse(large)).hasMessageContaining("4194304 bytes");
    String padded = text().replaceFirst("OpenJDK 25", "x".repeat(Limits.LAUNCH_RECORD_BYTES));
    assertThatThrownBy(() -> LaunchLog.parse(padded.getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("65536 bytes");
    assertThatThrownBy(() -> LaunchLog.eventLine(1, 15, new byte[Limits.LAUNCH_RECORD_BYTES]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void anyChangedByteIsOnlyEverMalformedOrTheSameEvents(@ForAll int at, @ForAll byte value)
      throws Exception {
    byte[] log = vector();
    log[Math.floorMod(at, log.length)] = value;
    try {
      assertThat(LaunchLog.parse(log).entries()).isEqualTo(LaunchLog.parse(vector()).entries());
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }
}

// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Digest;
import dev.signet.protocol.Refusal;
import dev.signet.tpmsim.SimulatedImaLog;
import dev.signet.verifier.Expect;
import dev.signet.verifier.Sample;
import dev.signet.verifier.verification.Verification;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ImaReplayTest {
  static final List<Digest> PCRS = Collections.nCopies(10, Sample.ZERO);

  static SimulatedImaLog log(boolean sha256Export) {
    return new SimulatedImaLog(sha256Export)
        .bootAggregate(PCRS)
        .file("/usr/bin/bash", "bash")
        .sig("sha512", new byte[64], "/usr/bin/signed", new byte[] {3, 2, 1})
        .sig("sha256", new byte[32], "/usr/bin/unsigned", new byte[0])
        .buf("kexec-cmdline", "root=/dev/vda".getBytes(StandardCharsets.UTF_8))
        .ima(new byte[20], "/usr/bin/old")
        .violation("/var/log/journal");
  }

  static ImaReplay proved(byte[] piece, ImaPosition from, Digest quoted) {
    ImaReplay replay = Expect.authentic(ImaReplay.towards(piece, from, quoted, false));
    assertThat(replay.proves(quoted)).isTrue();
    return replay;
  }

  static void refused(byte[] piece, ImaPosition from, Digest quoted, String part) {
    assertThat(ImaReplay.towards(piece, from, quoted, false))
        .isInstanceOfSatisfying(
            Verification.Refused.class,
            r -> {
              assertThat(r.reason()).isEqualTo(Refusal.IMA_LOG_DOES_NOT_REPLAY);
              assertThat(r.detail()).contains(part);
            });
  }

  static byte[] from(byte[] log, ImaPosition position) {
    return Arrays.copyOfRange(log, (int) position.bytes(), log.length);
  }

  @Test
  void everyTemplateInEveryExportLeadsToTheSameValue() {
    for (SimulatedImaLog log : List.of(log(false), log(true))) {
      for (byte[] export : List.of(log.binary(), log.ascii())) {
        ImaReplay replay = proved(export, ImaPosition.START, log.value());
        assertThat(replay.reached())
            .isEqualTo(new ImaPosition(export.length, log.entries(), log.value()));
        List<String> names = new ArrayList<>();
        replay.forEach(e -> names.add(e.measured().orElseThrow().name()));
        assertThat(names).startsWith("boot_aggregate", "/usr/bin/bash").contains("kexec-cmdline");
      }
    }
  }

  /** What a kernel wrote: the template digests of SHA-1 beside which it extended these. */
  @Test
  void templateDataIsWhatTheKernelHashes() throws Exception {
    String line =
        "10 8aa71d146be2b1a0a53cb603be22928f1b74ae17 ima-sig"
            + " sha256:94326940137a8f59b369d1aa058bccce58cbda37e68be0f138ea45c2cb743a46"
            + " boot_aggregate \n";
    ImaEntry entry =
        new AsciiImaLogReader(line.getBytes(StandardCharsets.US_ASCII)).next().orElseThrow();
    assertThat(entry.extended().toHex())
        .isEqualTo("cc1078d3b981e8ef52b3d4d9cffc2f27648d05947d4caa829e47f83fb8f8ed00");
  }

  @Test
  void goesOnFromWhereThePieceBeforeEnded() {
    SimulatedImaLog log = log(false);
    ImaPosition first = proved(log.binary(), ImaPosition.START, log.value()).reached();
    log.file("/usr/bin/ls", "ls").file("/usr/bin/cat", "cat");
    ImaReplay second = proved(from(log.binary(), first), first, log.value());
    List<String> names = new ArrayList<>();
    second.forEach(e -> names.add(e.measured().orElseThrow().name()));
    assertThat(names).containsExactly("/usr/bin/ls", "/usr/bin/cat");
    assertThat(second.reached().bytes()).isEqualTo(log.binary().length);
  }

  /** An administrator's own template, by its format, as the kernel names it in the log. */
  @Test
  void aPieceMayBeginWithATemplateOfAnyName() {
    SimulatedImaLog log = log(true);
    ImaPosition first = proved(log.binary(), ImaPosition.START, log.value()).reached();
    log.entry("d-ng|n-ng", false, "sha256", new byte[32], "/bin/a", null).file("/bin/cat", "cat");
    ImaReplay second = proved(from(log.binary(), first), first, log.value());
    assertThat(second.reached().entries()).isEqualTo(log.entries());
  }

  @Test
  void nothingNewIsGood() {
    SimulatedImaLog log = log(false);
    ImaPosition end = proved(log.binary(), ImaPosition.START, log.value()).reached();
    assertThat(proved(new byte[0], end, log.value()).reached()).isEqualTo(end);
  }

  @Test
  void whatCameAfterTheQuoteIsNotBelieved() {
    SimulatedImaLog log = log(false);
    Digest quoted = log.value();
    int entries = log.entries();
    log.file("/usr/bin/later", "later");
    byte[] cut = Arrays.copyOf(log.binary(), log.binary().length - 3);
    ImaReplay replay = proved(cut, ImaPosition.START, quoted);
    assertThat(replay.reached().entries()).isEqualTo(entries);
    replay.forEach(e -> assertThat(e.measured().orElseThrow().name()).doesNotContain("later"));
  }

  @Test
  void aPieceThatIsNotTheLastProvesNothing() {
    SimulatedImaLog log = log(false);
    byte[] half = Arrays.copyOf(log.binary(), log.binary().length / 2);
    ImaReplay replay =
        Expect.authentic(ImaReplay.towards(half, ImaPosition.START, log.value(), true));
    assertThat(replay.proves(log.value())).isFalse();
    assertThat(replay.proves(replay.reached().value())).isFalse();
    ImaPosition end =
        proved(from(log.binary(), replay.reached()), replay.reached(), log.value()).reached();
    assertThat(end.entries()).isEqualTo(log.entries());
    assertThat(end.bytes()).isEqualTo(log.binary().length);
  }

  @Test
  void attack19EntriesAddedChangedOrTakenOut() {
    SimulatedImaLog log = log(false);
    byte[] good = log.binary();
    Digest quoted = log.value();
    ImaPosition first =
        proved(good, ImaPosition.START, new SimulatedImaLog().bootAggregate(PCRS).value())
            .reached();
    byte[] without = new byte[good.length - (int) first.bytes()];
    System.arraycopy(good, (int) first.bytes(), without, 0, without.length);
    refused(without, ImaPosition.START, quoted, "boot_aggregate");
    byte[] twice = Arrays.copyOf(good, good.length + (int) first.bytes());
    System.arraycopy(good, 0, twice, (int) first.bytes(), good.length);
    refused(twice, ImaPosition.START, quoted, "lead to");
    for (int at = 60; at < good.length; at += 7) {
      byte[] changed = good.clone();
      changed[at] ^= 1;
      if (ImaReplay.towards(changed, ImaPosition.START, quoted, false)
          instanceof Verification.Authentic<ImaReplay>(ImaReplay replay)) {
        assertThat(entries(replay).stream().map(ImaEntry::extended).toList())
            .as("byte %d is of a template's digest or name, or of a violation", at)
            .isEqualTo(
                entries(proved(good, ImaPosition.START, quoted)).stream()
                    .map(ImaEntry::extended)
                    .toList());
      }
    }
  }

  private static List<ImaEntry> entries(ImaReplay replay) {
    List<ImaEntry> entries = new ArrayList<>();
    replay.forEach(entries::add);
    return entries;
  }

  /** The digest in the log is never taken: with the old one a changed entry is found out. */
  @Test
  void attack18TemplateDigestIsComputedNotRead() {
    SimulatedImaLog good = new SimulatedImaLog(true).bootAggregate(PCRS).file("/bin/evil", "evil");
    SimulatedImaLog fair = new SimulatedImaLog(true).bootAggregate(PCRS).file("/bin/fair", "fair");
    byte[] forged = fair.binary();
    int record = new SimulatedImaLog(true).bootAggregate(PCRS).binary().length;
    System.arraycopy(good.binary(), record + 4, forged, record + 4, Digest.BYTES);
    refused(forged, ImaPosition.START, good.value(), "lead to");
  }

  /**
   * The oldest template has no lengths in what is hashed. A file whose digest happens to have the
   * bytes of a harmless path could otherwise be written down under that path.
   */
  @Test
  void attack17FileWrittenDownInTheOldestTemplate() {
    byte[] digest = "12345678/tmp/x".getBytes(StandardCharsets.US_ASCII);
    String path = "/bin/" + "e".repeat(222);
    SimulatedImaLog first = new SimulatedImaLog().bootAggregate(PCRS);
    byte[] before = first.binary();
    SimulatedImaLog honest = first.ng("sha256", Arrays.copyOf(digest, Digest.BYTES), path);
    byte[] hashed = honest.binary();
    hashed = Arrays.copyOfRange(hashed, hashed.length - 276, hashed.length);
    ByteBuffer forged = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
    forged.put(before).putInt(10).put(new byte[19]).put((byte) 1);
    forged.putInt(3).put(new byte[] {'i', 'm', 'a'});
    forged.put(hashed, 0, 20).putInt(255).put(hashed, 20, 255).flip();
    byte[] log = Arrays.copyOf(forged.array(), forged.limit());
    assertThat(new String(log, StandardCharsets.ISO_8859_1)).contains("/tmp/x");
    refused(log, ImaPosition.START, honest.value(), "no zero byte");
  }

  @Test
  void attack20LogCutOffOrEmpty() {
    SimulatedImaLog log = log(false);
    byte[] good = log.binary();
    for (int size = 0; size < good.length; size++) {
      refused(Arrays.copyOf(good, size), ImaPosition.START, log.value(), "");
    }
    refused(new byte[0], ImaPosition.START, Sample.ZERO, "at least one entry");
    refused(good, ImaPosition.START, Sample.ZERO, "at least one entry");
  }

  /** After a TPM Restart PCR 10 is zero again: what was read before it is worth nothing. */
  @Test
  void attack57PositionOfAnotherBoot() {
    SimulatedImaLog before = log(false);
    ImaPosition end = proved(before.binary(), ImaPosition.START, before.value()).reached();
    SimulatedImaLog after = new SimulatedImaLog().bootAggregate(PCRS).file("/bin/x", "x");
    refused(after.binary(), end, after.value(), "lead to");
    refused(new byte[0], end, after.value(), "lead to");
    proved(after.binary(), ImaPosition.START, after.value());
  }

  @Test
  void attack44SizesAreComparedBeforeAnythingIsTaken() {
    byte[] log = log(false).binary();
    for (int at : new int[] {24, 34}) {
      byte[] hostile = log.clone();
      Arrays.fill(hostile, at, at + 4, (byte) 0x7F);
      refused(hostile, ImaPosition.START, Sample.JAR, "at most");
    }
    byte[] otherPcr = log.clone();
    otherPcr[0] = 11;
    refused(otherPcr, ImaPosition.START, Sample.JAR, "expected an entry of PCR 10, got 11");
  }

  @Test
  void attack47AsciiLinesThatSayAnythingElseAreRefused() {
    SimulatedImaLog log =
        new SimulatedImaLog()
            .bootAggregate(PCRS)
            .sig("sha256", new byte[32], "/bin/a", new byte[2]);
    String good = new String(log.ascii(), StandardCharsets.ISO_8859_1);
    proved(log.ascii(), ImaPosition.START, log.value());
    for (String[] change :
        new String[][] {
          {"10 ", "11 ", "PCR 10, template digest"},
          {"10 ", "10  ", "PCR 10, template digest"},
          {" ima-sig ", " ima-what ", "a template that can be read from ASCII"},
          {" ima-sig ", " ima-ng ", "2 fields"},
          {" 0000\n", "\n", "3 fields"},
          {" 0000\n", " 000\n", "hexadecimal"},
          {" 0000\n", " 00ZZ\n", "hexadecimal"},
          {" sha256:", " sha256:0", "a digest first"},
        }) {
      assertThat(good).contains(change[0]);
      byte[] bad = good.replace(change[0], change[1]).getBytes(StandardCharsets.ISO_8859_1);
      refused(bad, ImaPosition.START, log.value(), change[2]);
    }
  }

  @Test
  void attack47TemplateDataThatIsNotWhatItsTemplateSaysIsRefused() {
    SimulatedImaLog first = new SimulatedImaLog().bootAggregate(PCRS);
    byte[] head = first.binary();
    byte[] digest = field(concat("sha256:\0".getBytes(StandardCharsets.ISO_8859_1), new byte[32]));
    byte[] name = field("/bin/a\0".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(
            ImaReplay.towards(
                concat(head, entry(concat(digest, name))), ImaPosition.START, Sample.JAR, false))
        .as("it is whole, and leads elsewhere")
        .isInstanceOfSatisfying(
            Verification.Refused.class, r -> assertThat(r.detail()).contains("lead to"));
    for (Object[] bad :
        new Object[][] {
          {digest, "a field with its length before it"},
          {concat(digest, new byte[] {1, 0, 0}), "a field with its length before it"},
          {concat(digest, name, new byte[1]), "got 1 bytes more"},
          {concat(digest, field("/bin/a".getBytes())), "a zero byte"},
          {concat(digest, field("/b\0n/a\0".getBytes())), "one zero byte, after the name"},
          {concat(digest, field(new byte[0])), "a zero byte"},
          {concat(field("sha256".getBytes()), name), "its algorithm before it"},
          {concat(field("sha256:".getBytes()), name), "its algorithm before it"},
          {concat(field("sha256:x".getBytes()), name), "its algorithm before it"},
          {concat(field("SHA 256:\0".getBytes()), name), "its algorithm before it"},
          {
            concat(field(concat("sha256:\0".getBytes(), new byte[31])), name),
            "a digest of sha256, got 31 bytes"
          },
          {
            concat(field(concat("xyz:\0".getBytes(), new byte[65])), name),
            "a digest of xyz, got 65 bytes"
          },
        }) {
      refused(concat(head, entry((byte[]) bad[0])), ImaPosition.START, Sample.JAR, (String) bad[1]);
    }
  }

  /** An entry of the template ima-ng in the kernel's binary form, its template digest unread. */
  private static byte[] entry(byte[] data) {
    return ByteBuffer.allocate(4 + 20 + 4 + 6 + 4 + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(10)
        .put(new byte[19])
        .put((byte) 1)
        .putInt(6)
        .put("ima-ng".getBytes(StandardCharsets.US_ASCII))
        .putInt(data.length)
        .put(data)
        .array();
  }

  private static byte[] field(byte[] content) {
    return ByteBuffer.allocate(4 + content.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(content.length)
        .put(content)
        .array();
  }

  private static byte[] concat(byte[]... parts) {
    ByteBuffer out = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
    for (byte[] part : parts) {
      out.put(part);
    }
    return out.array();
  }

  @Property(tries = 400)
  void hostileBytesEndInARefusal(
      @ForAll @IntRange(min = 0, max = 700) int cut, @ForAll @Size(max = 60) byte[] tail) {
    for (byte[] good : List.of(log(false).binary(), log(true).binary(), log(false).ascii())) {
      byte[] head = Arrays.copyOf(good, Math.min(cut, good.length));
      byte[] joined = Arrays.copyOf(head, head.length + tail.length);
      System.arraycopy(tail, 0, joined, head.length, tail.length);
      Verification<ImaReplay> replayed =
          ImaReplay.towards(joined, ImaPosition.START, Sample.JAR, false);
      assertThat(replayed).isInstanceOf(Verification.Refused.class);
    }
  }
}

// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

import static dev.signet.tpmsim.FirmwareLogMaker.text;
import static dev.signet.tpmsim.FirmwareLogMaker.u16;
import static dev.signet.tpmsim.FirmwareLogMaker.u32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Limits;
import dev.signet.tpmsim.FirmwareLogMaker;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FirmwareLogTest {
  private static final byte[] BOOT = FirmwareLogMaker.boot(true, "kernel", "ro quiet").toBytes();

  private static Map<Integer, Digest> sha256(FirmwareLog log) {
    Map<Integer, Digest> values = new TreeMap<>();
    log.replay()
        .values()
        .get(Bank.SHA256)
        .forEach((pcr, value) -> values.put(pcr, Digest.ofDigest(value.toArray())));
    return values;
  }

  private static FirmwareLog parsed(FirmwareLogMaker made) throws MalformedEventLogException {
    return FirmwareLog.parse(made.log());
  }

  private static void refuses(FirmwareLogMaker made, String why) {
    assertThatThrownBy(() -> parsed(made))
        .isInstanceOf(MalformedEventLogException.class)
        .hasMessageContaining(why);
  }

  @Test
  void replaysEveryBank() throws Exception {
    FirmwareLogMaker made = new FirmwareLogMaker(List.of("SHA-1", "SHA-256", "SHA-384", "SHA-512"));
    FirmwareLog log =
        parsed(made.event(4, FirmwareLogMaker.IPL, text("a")).separator(4).event(23, 5, text("b")));
    assertThat(log.format()).isEqualTo(FirmwareLog.Format.CRYPTO_AGILE);
    assertThat(log.events()).hasSize(4);
    assertThat(sha256(log)).isEqualTo(made.pcrs()).containsOnlyKeys(4, 23);
    for (String name : List.of("SHA-1", "SHA-256", "SHA-384", "SHA-512")) {
      MessageDigest hash = MessageDigest.getInstance(name);
      hash.update(new byte[hash.getDigestLength()]);
      byte[] expected = hash.digest(MessageDigest.getInstance(name).digest(text("b")));
      assertThat(log.replay().values())
          .anySatisfy((bank, values) -> assertThat(values.get(23)).isEqualTo(Bytes.of(expected)));
    }
  }

  @Test
  void bankThatAnEventDoesNotCarryIsNotExtended() throws Exception {
    FirmwareLogMaker made = new FirmwareLogMaker(List.of("SHA-1", "SHA-256"));
    FirmwareLog log = parsed(made.event(4, 0xD, Map.of("SHA-1", new byte[20]), text("a")));
    assertThat(log.replay().values().get(Bank.SHA1)).containsOnlyKeys(4);
    assertThat(log.replay().values().get(Bank.SHA256)).isEmpty();
  }

  @Test
  void attack21NoActionIsNotExtended() throws Exception {
    FirmwareLogMaker with = new FirmwareLogMaker().separator(0);
    with.event(0, FirmwareLogMaker.NO_ACTION, text("anything"));
    assertThat(sha256(parsed(with))).isEqualTo(new FirmwareLogMaker().separator(0).pcrs());
  }

  @Test
  void attack21StartupLocalityIsWherePcrZeroStarts() throws Exception {
    FirmwareLogMaker made = new FirmwareLogMaker().startupLocality(3).separator(0, 1);
    assertThat(parsed(made).replay().startupLocality()).isEqualTo(3);
    assertThat(sha256(parsed(made))).isEqualTo(made.pcrs());
    assertThat(sha256(parsed(made)).get(0)).isNotEqualTo(sha256(parsed(made)).get(1));
  }

  @Test
  void attack21StartupLocalityThatComesLaterIsNotBelieved() throws Exception {
    FirmwareLogMaker late = new FirmwareLogMaker().separator(0).startupLocality(3);
    assertThat(sha256(parsed(late))).isEqualTo(new FirmwareLogMaker().separator(0).pcrs());
    FirmwareLogMaker twice = new FirmwareLogMaker().startupLocality(0).startupLocality(3);
    assertThat(parsed(twice.separator(0)).replay().startupLocality()).isZero();
  }

  @Test
  void attack21HardwareRootOfTrustStartsAtFour() throws Exception {
    FirmwareLogMaker made = new FirmwareLogMaker().event(0, FirmwareLogMaker.HCRTM, text("HCRTM"));
    byte[] start = new byte[32];
    start[31] = 4;
    Digest expected = Digest.hash(start, Digest.hash(text("HCRTM")).toArray());
    assertThat(sha256(parsed(made)).get(0)).isEqualTo(expected);
  }

  @Test
  void attack21DynamicLaunchPcrsStartAsOnes() throws Exception {
    byte[] ones = new byte[32];
    Arrays.fill(ones, (byte) 0xFF);
    Digest expected = Digest.hash(ones, Digest.hash(new byte[4]).toArray());
    for (int pcr = 17; pcr <= 22; pcr++) {
      assertThat(sha256(parsed(new FirmwareLogMaker().separator(pcr))).get(pcr))
          .isEqualTo(expected);
    }
    assertThat(sha256(parsed(new FirmwareLogMaker().separator(16, 23))).values())
        .doesNotContain(expected);
  }

  @Test
  void readsTheSha1Format() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-1").digest(new byte[4]);
    byte[] event = text("Spec ID Event02\0and so on");
    ByteBuffer log = ByteBuffer.allocate(32 + event.length + 36);
    log.put(u32(0)).put(u32(3)).put(new byte[20]).put(u32(event.length)).put(event);
    log.put(u32(2)).put(u32(4)).put(digest).put(u32(4)).put(new byte[4]);
    FirmwareLog parsed = FirmwareLog.parse(Bytes.of(log.array()));
    assertThat(parsed.format()).isEqualTo(FirmwareLog.Format.SHA1_ONLY);
    assertThat(parsed.replay().values()).containsOnlyKeys(Bank.SHA1);
    MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
    sha1.update(new byte[20]);
    assertThat(parsed.replay().values().get(Bank.SHA1).get(2))
        .isEqualTo(Bytes.of(sha1.digest(digest)));
  }

  /** PFP counts it in eventSize; some firmware does not. */
  @Test
  void vendorInformationMayStandInOrAfterTheHeader() throws Exception {
    byte[] blank = new FirmwareLogMaker().toBytes();
    blank[blank.length - 1] = 4; // vendorInfoSize
    byte[] after = Arrays.copyOf(blank, blank.length + 4);
    assertThat(FirmwareLog.parse(Bytes.of(after)).events()).hasSize(1);
    byte[] inside = after.clone();
    inside[28] += 4; // eventSize
    assertThat(FirmwareLog.parse(Bytes.of(inside)).events()).hasSize(1);
    assertThatThrownBy(() -> FirmwareLog.parse(Bytes.of(blank)))
        .hasMessageContaining("vendorInfo of 4 bytes");
  }

  @Test
  void unknownAlgorithmIsSkippedByItsSize() throws Exception {
    byte[] log = new FirmwareLogMaker(List.of("SHA-1", "SHA-256")).toBytes();
    log[60] = 0x77; // the first algorithmId, instead of SHA-1
    byte[] event = new byte[2 + 20 + 2 + 32];
    System.arraycopy(u16(0x77), 0, event, 0, 2);
    System.arraycopy(u16(0xB), 0, event, 22, 2);
    ByteBuffer joined = ByteBuffer.allocate(log.length + 12 + event.length + 4);
    joined.put(log).put(u32(4)).put(u32(0xD)).put(u32(2)).put(event).put(u32(0));
    PcrReplay replay = FirmwareLog.parse(Bytes.of(joined.array())).replay();
    assertThat(replay.values()).containsOnlyKeys(Bank.SHA256);
  }

  @Test
  void refusesWhatDoesNotFitItsHeader() {
    refuses(new FirmwareLogMaker().raw(u32(4), u32(0xD), u32(0), u32(0)), "1 to 1 digests");
    refuses(new FirmwareLogMaker().raw(u32(4), u32(0xD), u32(2)), "1 to 1 digests");
    refuses(
        new FirmwareLogMaker().raw(u32(4), u32(0xD), u32(1), u16(4), new byte[20], u32(0)),
        "an algorithm of the header");
    byte[] sha256 = new byte[32];
    refuses(
        new FirmwareLogMaker(List.of("SHA-256", "SHA-1"))
            .raw(u32(4), u32(0xD), u32(2), u16(0xB), sha256, u16(0xB), sha256, u32(0)),
        "sha256 twice");
    refuses(new FirmwareLogMaker().separator(24), "a PCR of 0 to 23");
    refuses(new FirmwareLogMaker(List.of("SHA-256", "SHA-256")), "sha256 twice");
    byte[] wrongSize = new FirmwareLogMaker().toBytes();
    wrongSize[62] = 20;
    assertThatThrownBy(() -> FirmwareLog.parse(Bytes.of(wrongSize)))
        .hasMessageContaining("expected digests of 32 to 32 bytes, got 20");
  }

  @Test
  void attack19SecondHeaderIsASecondLog() {
    refuses(new FirmwareLogMaker().raw(BOOT).raw(BOOT), "expected");
    byte[] spec = Arrays.copyOfRange(BOOT, 32, 32 + 33);
    refuses(new FirmwareLogMaker().event(0, FirmwareLogMaker.NO_ACTION, spec), "one header");
  }

  @Test
  void attack20EveryTruncationInAnEventIsRefused() throws Exception {
    int whole = 0;
    for (int size = 0; size < BOOT.length; size++) {
      try {
        FirmwareLog cut = FirmwareLog.parse(Bytes.of(Arrays.copyOf(BOOT, size)));
        assertThat(cut.events().size()).isLessThan(parsed(madeBoot()).events().size());
        whole++;
      } catch (MalformedEventLogException e) {
        assertThat(e).hasMessageContaining("expected").hasMessageContaining("got");
      }
    }
    // Between events nothing but the replay can tell.
    assertThat(whole).isEqualTo(parsed(madeBoot()).events().size() - 1);
  }

  private static FirmwareLogMaker madeBoot() {
    return FirmwareLogMaker.boot(true, "kernel", "ro quiet");
  }

  @Test
  void attack44BoundsBytesEventsBanksAndSizes() {
    byte[] large = new byte[Limits.FIRMWARE_LOG_BYTES + 1];
    assertThatThrownBy(() -> FirmwareLog.parse(Bytes.of(large)))
        .hasMessageContaining("at most " + Limits.FIRMWARE_LOG_BYTES + " bytes");
    FirmwareLogMaker many = new FirmwareLogMaker();
    for (int i = 0; i < Limits.FIRMWARE_LOG_EVENTS; i++) {
      many.raw(u32(4), u32(0xD), u32(1), u16(0xB), new byte[32], u32(0));
    }
    refuses(many, "at most " + Limits.FIRMWARE_LOG_EVENTS + " events");
    refuses(
        new FirmwareLogMaker().raw(u32(4), u32(0xD), u32(1), u16(0xB), new byte[32], u32(-1)),
        "event of 4294967295 bytes");
    byte[] banks = new FirmwareLogMaker().toBytes();
    Arrays.fill(banks, 56, 60, (byte) 0xFF);
    assertThatThrownBy(() -> FirmwareLog.parse(Bytes.of(banks)))
        .hasMessageContaining("1 to " + Limits.FIRMWARE_LOG_BANKS + " algorithms");
  }

  @Property
  void hostileBytesLeadToALogOrARefusal(@ForAll @Size(max = 400) byte[] bytes) {
    parseAll(bytes);
  }

  @Property
  void hostileTailsOfAGoodHead(
      @ForAll @IntRange(min = 0, max = 1200) int cut, @ForAll @Size(max = 60) byte[] tail) {
    byte[] joined = Arrays.copyOf(BOOT, Math.min(cut, BOOT.length) + tail.length);
    System.arraycopy(tail, 0, joined, joined.length - tail.length, tail.length);
    parseAll(joined);
  }

  @Property
  void hostileChangesOfAGoodLog(@ForAll @IntRange(min = 0) int at, @ForAll byte value) {
    byte[] changed = BOOT.clone();
    changed[at % BOOT.length] = value;
    parseAll(changed);
  }

  private static void parseAll(byte[] bytes) {
    try {
      FirmwareLog log = FirmwareLog.parse(Bytes.of(bytes));
      log.replay();
      for (FirmwareEvent event : log.events()) {
        assertThat(EventDescription.of(event).length()).isLessThan(200);
        log.banks().forEach(bank -> EventData.proved(event, bank));
      }
    } catch (MalformedEventLogException e) {
      assertThat(e).hasMessageContaining("expected");
    }
  }
}

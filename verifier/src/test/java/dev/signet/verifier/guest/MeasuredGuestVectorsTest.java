// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.eventlog.Bank;
import dev.signet.verifier.eventlog.FirmwareEvent;
import dev.signet.verifier.eventlog.FirmwareLog;
import dev.signet.verifier.ima.ImaAppraiser;
import dev.signet.verifier.ima.ImaEntry;
import dev.signet.verifier.ima.ImaFindings;
import dev.signet.verifier.ima.ImaLearning;
import dev.signet.verifier.ima.ImaPosition;
import dev.signet.verifier.ima.ImaReplay;
import dev.signet.verifier.verification.Verification;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Logs of a real firmware and kernel, and the PCRs of that moment: see the vectors' README. */
class MeasuredGuestVectorsTest {
  private static final Map<Integer, Digest> PCRS = pcrs();

  private static byte[] file(String name) {
    String path = "/vectors/guest/" + name;
    try (InputStream in = MeasuredGuestVectorsTest.class.getResourceAsStream(path)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(path, e);
    }
  }

  private static Map<Integer, Digest> pcrs() {
    Map<Integer, Digest> pcrs = new TreeMap<>();
    new String(file("pcrs.txt"), StandardCharsets.US_ASCII)
        .lines()
        .map(line -> line.split(" "))
        .forEach(word -> pcrs.put(Integer.parseInt(word[0]), Digest.parse("sha256:" + word[1])));
    return pcrs;
  }

  private static ImaReplay replayed(byte[] log) {
    return ((Verification.Authentic<ImaReplay>)
            ImaReplay.towards(log, ImaPosition.START, PCRS.get(10), false))
        .value();
  }

  private static List<ImaEntry> entries(ImaReplay replay) {
    List<ImaEntry> entries = new ArrayList<>();
    replay.forEach(entries::add);
    return entries;
  }

  @Test
  void firmwareLogReplaysToTheBootPcrs() throws Exception {
    FirmwareLog log = FirmwareLog.parse(Bytes.of(file("firmware.log")));
    Map<Integer, Digest> replayed = new TreeMap<>();
    log.replay()
        .values()
        .get(Bank.SHA256)
        .forEach((pcr, value) -> replayed.put(pcr, Digest.ofDigest(value.toArray())));
    assertThat(replayed.keySet()).contains(0, 1, 2, 3, 4, 5, 6, 7, 9);
    replayed.forEach((pcr, value) -> assertThat(value).as("PCR " + pcr).isEqualTo(PCRS.get(pcr)));
  }

  @Test
  void everyEventOfTheFirmwareCounts() throws Exception {
    FirmwareLog log = FirmwareLog.parse(Bytes.of(file("firmware.log")));
    for (FirmwareEvent left : log.events()) {
      if (left.extended()) {
        List<FirmwareEvent> others = new ArrayList<>(log.events());
        others.remove(left);
        Bytes other =
            new FirmwareLog(log.format(), log.banks(), others)
                .replay()
                .values()
                .get(Bank.SHA256)
                .get((int) left.pcr());
        assertThat(other == null ? null : Digest.ofDigest(other.toArray()))
            .isNotEqualTo(PCRS.get((int) left.pcr()));
      }
    }
  }

  @Test
  void bothFormsOfImasLogLeadToPcrTen() {
    ImaReplay binary = replayed(file("ima.bin"));
    ImaReplay ascii = replayed(file("ima.txt"));
    assertThat(binary.reached().value()).isEqualTo(PCRS.get(10));
    assertThat(entries(ascii)).hasSizeGreaterThan(200).isEqualTo(entries(binary));
  }

  @Test
  void imasLogInPiecesLeadsThereToo() {
    byte[] log = file("ima.bin");
    ImaPosition half = ImaPosition.START;
    Verification<ImaReplay> first =
        ImaReplay.towards(Arrays.copyOf(log, log.length / 2), half, PCRS.get(10), true);
    half = ((Verification.Authentic<ImaReplay>) first).value().reached();
    byte[] rest = Arrays.copyOfRange(log, (int) half.bytes(), log.length);
    Verification<ImaReplay> second = ImaReplay.towards(rest, half, PCRS.get(10), false);
    assertThat(((Verification.Authentic<ImaReplay>) second).value().proves(PCRS.get(10))).isTrue();
  }

  @Test
  void imasLogOfAnotherFileOrCutOffIsRefused() {
    byte[] log = file("ima.bin");
    int name = new String(log, StandardCharsets.ISO_8859_1).indexOf("/signet-launcher.jar");
    byte[] other = log.clone();
    other[name + 1] ^= 1;
    for (byte[] changed : List.of(other, Arrays.copyOf(log, name))) {
      assertThat(ImaReplay.towards(changed, ImaPosition.START, PCRS.get(10), false))
          .isInstanceOfSatisfying(
              Verification.Refused.class,
              refused -> assertThat(refused.reason()).isEqualTo(Refusal.IMA_LOG_DOES_NOT_REPLAY));
    }
  }

  @Test
  void bootAggregateIsOfTheseBootPcrs() {
    ImaReplay log = replayed(file("ima.bin"));
    ImaLearning learning = new ImaLearning();
    learning.add(log);
    ImaAppraiser learnt = new ImaAppraiser(learning.policy());
    assertThat(learnt.findings(log, PCRS)).isEqualTo(new ImaFindings(List.of(), 0));
    Map<Integer, Digest> another = new TreeMap<>(PCRS);
    another.put(9, Digest.hash());
    assertThat(learnt.findings(log, another).first())
        .singleElement()
        .satisfies(finding -> assertThat(finding.path()).isEqualTo(ImaEntry.BOOT_AGGREGATE));
  }
}

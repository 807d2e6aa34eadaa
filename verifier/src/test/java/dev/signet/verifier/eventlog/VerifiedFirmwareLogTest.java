// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

import static dev.signet.tpmsim.FirmwareLogMaker.text;
import static dev.signet.verifier.Expect.authentic;
import static dev.signet.verifier.Expect.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Refusal;
import dev.signet.tpmsim.FirmwareLogMaker;
import dev.signet.verifier.Sample;
import dev.signet.verifier.verification.Verification;
import dev.signet.verifier.verification.VerifiedQuote;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class VerifiedFirmwareLogTest {
  private static final Set<Integer> PCRS = Set.of(0, 4, 7);

  private final Sample sample = new Sample();
  private final FirmwareLogMaker boot = FirmwareLogMaker.boot(true, "kernel", "ro quiet");

  private VerifiedQuote quote(Map<Integer, Digest> pcrs) {
    return sample.quote(Sample.INPUT, new TreeMap<>(pcrs));
  }

  private Verification<VerifiedFirmwareLog> replay(FirmwareLogMaker log, FirmwareLogMaker machine) {
    return VerifiedFirmwareLog.replay(log.log(), quote(machine.pcrs()), PCRS);
  }

  @Test
  void logThatLeadsToTheQuoteIsProved() {
    VerifiedFirmwareLog log = authentic(replay(boot, boot));
    assertThat(log.pcrs()).containsExactly(0, 4, 7);
    assertThat(log.events(7)).hasSize(7);
    assertThat(log.events(4)).allMatch(event -> event.pcr() == 4);
    assertThat(log.startupLocality()).isZero();
    assertThatThrownBy(() -> log.events(9)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> VerifiedFirmwareLog.replay(boot.log(), quote(boot.pcrs()), Set.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void attack15EventWithoutTheQuotedBanksDigestIsRefused() {
    FirmwareLogMaker two = new FirmwareLogMaker(List.of("SHA-1", "SHA-256"));
    two.separator(0, 4, 7).event(4, FirmwareLogMaker.IPL, Map.of("SHA-1", new byte[20]), text("x"));
    refused(replay(two, two), Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY, "a SHA-256 digest of each");
    FirmwareLogMaker sha1 = new FirmwareLogMaker(List.of("SHA-1")).separator(0, 4, 7);
    refused(replay(sha1, boot), Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY, "a SHA-256 digest of each");
  }

  @Test
  void attack19AppendedRemovedOrReorderedEventsDoNotReplay() {
    FirmwareLogMaker more = FirmwareLogMaker.boot(true, "kernel", "ro quiet").separator(4);
    refused(replay(more, boot), Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY, "PCR 4: 5 events lead to");
    refused(replay(boot, more), Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY, "PCR 4: 4 events lead to");
    FirmwareLogMaker one = new FirmwareLogMaker().separator(0, 7).event(4, 5, text("a"));
    FirmwareLogMaker other = new FirmwareLogMaker().separator(0, 7).event(4, 5, text("b"));
    refused(
        replay(one.event(4, 5, text("b")), other.event(4, 5, text("a"))),
        Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY,
        "PCR 4");
  }

  @Test
  void attack20PcrWithoutEventsIsRefused() {
    FirmwareLogMaker without = new FirmwareLogMaker().separator(0, 7);
    Map<Integer, Digest> zero = new TreeMap<>(without.pcrs());
    zero.put(4, Sample.ZERO);
    refused(
        VerifiedFirmwareLog.replay(without.log(), quote(zero), PCRS),
        Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY,
        "PCR 4: expected at least one event");
  }

  @Test
  void attack20LogCutBetweenEventsDoesNotReplay() {
    byte[] whole = boot.toBytes();
    byte[] cut = Arrays.copyOf(whole, whole.length - 4);
    refused(
        VerifiedFirmwareLog.replay(Bytes.of(cut), quote(boot.pcrs()), PCRS),
        Refusal.FIRMWARE_LOG_MALFORMED,
        "to the end");
    refused(
        replay(new FirmwareLogMaker().separator(0, 4, 7), boot),
        Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY,
        "1 events lead to");
  }

  @Test
  void attack21FalseStartupLocalityDoesNotReplay() {
    FirmwareLogMaker three = new FirmwareLogMaker().startupLocality(3).separator(0, 4, 7);
    assertThat(authentic(replay(three, three)).startupLocality()).isEqualTo(3);
    FirmwareLogMaker none = new FirmwareLogMaker().separator(0, 4, 7);
    refused(replay(three, none), Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY, "PCR 0");
    refused(replay(none, three), Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY, "PCR 0");
  }

  @Test
  void pcrThatIsNotQuotedIsRefused() {
    Map<Integer, Digest> fewer = new TreeMap<>(boot.pcrs());
    fewer.remove(4);
    refused(
        VerifiedFirmwareLog.replay(boot.log(), quote(fewer), PCRS),
        Refusal.WRONG_PCRS,
        "PCR 4: expected to be quoted");
  }

  @Test
  void wholeLogMustLeadToEveryQuotedPcrThatItHasEventsOf() {
    Map<Integer, Digest> pcrs = new TreeMap<>(boot.pcrs());
    pcrs.put(15, Sample.digest("launch"));
    pcrs.put(12, Sample.digest("nothing in the log"));
    VerifiedFirmwareLog log =
        authentic(VerifiedFirmwareLog.replayWhole(boot.log(), quote(pcrs), 15));
    assertThat(log.pcrs()).containsExactlyElementsOf(boot.pcrs().keySet());
    pcrs.put(9, Sample.digest("another"));
    refused(
        VerifiedFirmwareLog.replayWhole(boot.log(), quote(pcrs), 15),
        Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY,
        "PCR 9");
    refused(
        VerifiedFirmwareLog.replayWhole(
            new FirmwareLogMaker().separator(15).log(), quote(pcrs), 15),
        Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY,
        "no event of a quoted PCR");
  }
}

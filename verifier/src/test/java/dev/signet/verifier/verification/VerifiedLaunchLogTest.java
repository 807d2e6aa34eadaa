// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static dev.signet.verifier.Expect.authentic;
import static dev.signet.verifier.Expect.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchLog;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.Sample;
import dev.signet.verifier.SoftwareTpm;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VerifiedLaunchLogTest {
  private static final AgentId OTHER = new AgentId("spiffe://example.org/agent/other");

  private final Sample sample = new Sample();

  private Verification<VerifiedLaunchLog> replay(Bytes log, Map<Integer, Digest> pcrs) {
    return VerifiedLaunchLog.replay(
        log, sample.quote(Sample.INPUT, pcrs), Sample.REGISTER, BaselineRule.zeros());
  }

  private VerifiedLaunchLog replayed(LaunchEvent... events) {
    return authentic(replay(Sample.log(events), Sample.pcrs(events)));
  }

  @Test
  void givesTheLiveLaunch() {
    LaunchEvent.Start start = sample.start();
    VerifiedLaunchLog log = replayed(start);
    assertThat(log.live(Sample.AGENT)).contains(start);
    assertThat(log.live(OTHER)).isEmpty();
    assertThat(log.registerPcr()).isEqualTo(Sample.REGISTER);
  }

  @Test
  void stoppedLaunchIsNotLive() {
    LaunchEvent stop = Sample.stop(Sample.AGENT, Sample.LAUNCH);
    assertThat(replayed(sample.start(), stop).live(Sample.AGENT)).isEmpty();
  }

  @Test
  void laterStartSupersedesAnUnfinishedOne() {
    LaunchEvent.Start first = sample.start();
    LaunchEvent.Start second = sample.start(Sample.AGENT, Sample.OTHER_LAUNCH);
    assertThat(replayed(first, second).live(Sample.AGENT)).contains(second);
    LaunchEvent late = Sample.stop(Sample.AGENT, Sample.LAUNCH);
    assertThat(replayed(first, second, late).live(Sample.AGENT)).contains(second);
    // The superseded launch does not come back when the later one stops.
    LaunchEvent stop = Sample.stop(Sample.AGENT, Sample.OTHER_LAUNCH);
    assertThat(replayed(first, second, stop).live(Sample.AGENT)).isEmpty();
  }

  @Test
  void anotherAgentsStopDoesNotEndTheLaunch() {
    LaunchEvent.Start other = sample.start(OTHER, Sample.OTHER_LAUNCH);
    VerifiedLaunchLog log = replayed(sample.start(), other, Sample.stop(OTHER, Sample.LAUNCH));
    assertThat(log.live(Sample.AGENT)).isPresent();
    assertThat(log.live(OTHER)).contains(other);
  }

  @Test
  void stopOfAnAgentThatNeverStartedEndsNothing() {
    VerifiedLaunchLog log = replayed(sample.start(), Sample.stop(OTHER, Sample.OTHER_LAUNCH));
    assertThat(log.live(Sample.AGENT)).isPresent();
    assertThat(log.live(OTHER)).isEmpty();
  }

  @Test
  void tellsTheRegistersValueAfterEachEvent() {
    LaunchEvent.Start start = sample.start();
    LaunchEvent stop = Sample.stop(Sample.AGENT, Sample.LAUNCH);
    VerifiedLaunchLog log = replayed(start, stop);
    assertThat(log.events()).isEqualTo(2);
    assertThat(log.after(0)).isEqualTo(Sample.ZERO);
    assertThat(log.after(1)).isEqualTo(Sample.pcrs(start).get(Sample.REGISTER));
    assertThat(log.after(2)).isEqualTo(log.quote().pcrs().get(Sample.REGISTER));
  }

  @Test
  void attack42KeyOfAnEarlierLaunchIsTold() {
    LaunchEvent.Start first = sample.start();
    LaunchEvent.Start second = sample.start(OTHER, Sample.OTHER_LAUNCH);
    assertThat(second.requestKey()).isEqualTo(first.requestKey());
    VerifiedLaunchLog log = replayed(first, second);
    assertThat(log.keyUsedBefore(first)).isFalse();
    assertThat(log.keyUsedBefore(second)).isTrue();
    assertThat(replayed(second, Sample.stop(OTHER, Sample.OTHER_LAUNCH)).keyUsedBefore(second))
        .as("a stop is no use of a key")
        .isFalse();
  }

  @Test
  void attack19AppendedOrRemovedEventsDoNotReplay() {
    LaunchEvent start = sample.start();
    LaunchEvent stop = Sample.stop(Sample.AGENT, Sample.LAUNCH);
    Map<Integer, Digest> quoted = Sample.pcrs(start, stop);
    authentic(replay(Sample.log(start, stop), quoted));
    for (Bytes log :
        new Bytes[] {
          Sample.log(start),
          Sample.log(stop),
          Sample.log(stop, start),
          Sample.log(start, stop, stop),
          Sample.log(sample.start(Sample.AGENT, Sample.OTHER_LAUNCH), stop)
        }) {
      refused(replay(log, quoted), Refusal.LOG_DOES_NOT_REPLAY, "events lead to");
    }
  }

  @Test
  void attack20LogWithoutEvents() {
    refused(replay(Sample.log(), Sample.pcrs()), Refusal.NO_LIVE_LAUNCH, "no event");
    refused(
        replay(Sample.log(), Sample.pcrs(sample.start())), Refusal.LOG_DOES_NOT_REPLAY, "0 events");
    refused(replay(Bytes.of(new byte[0]), Sample.pcrs()), Refusal.LOG_DOES_NOT_REPLAY, "newline");
  }

  @Test
  void attack20BaselineThatHidesTheFirstEvents() {
    LaunchEvent hidden = sample.start(OTHER, Sample.OTHER_LAUNCH);
    Digest after = Sample.register(Sample.ZERO, hidden);
    Map<Integer, Digest> quoted = Sample.pcrs(hidden, sample.start());
    Bytes log = Sample.log(new LaunchLog.Baseline(after, 7, 2), sample.start());
    refused(replay(log, quoted), Refusal.LOG_DOES_NOT_REPLAY, "baseline");
    VerifiedQuote quote = sample.quote(Sample.INPUT, quoted);
    authentic(
        VerifiedLaunchLog.replay(
            log, quote, Sample.REGISTER, new BaselineRule(Set.of(Sample.ZERO, after))));
    assertThatThrownBy(() -> new BaselineRule(Set.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void attack57LogOfAnotherBoot() {
    for (LaunchLog.Baseline baseline :
        new LaunchLog.Baseline[] {
          new LaunchLog.Baseline(Sample.ZERO, 7, 1),
          new LaunchLog.Baseline(Sample.ZERO, 7, 3),
          new LaunchLog.Baseline(Sample.ZERO, 6, 2),
          new LaunchLog.Baseline(Sample.ZERO, 8, 2)
        }) {
      refused(
          replay(Sample.log(baseline, sample.start()), Sample.pcrs(sample.start())),
          Refusal.LOG_DOES_NOT_REPLAY,
          "quoted boot");
    }
  }

  @Test
  void attack13LogOfAnotherRegister() {
    LaunchEvent start = sample.start();
    Map<Integer, Digest> pcrs = Sample.pcrs(start);
    pcrs.put(14, pcrs.get(Sample.REGISTER));
    VerifiedQuote quote = sample.quote(Sample.INPUT, pcrs);
    refused(
        VerifiedLaunchLog.replay(Sample.log(start), quote, 14, BaselineRule.zeros()),
        Refusal.LOG_DOES_NOT_REPLAY,
        "log of PCR 14");
    assertThatThrownBy(
            () -> VerifiedLaunchLog.replay(Sample.log(start), quote, 13, BaselineRule.zeros()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everyChangedByteIsRefused() {
    LaunchEvent start = sample.start();
    SoftwareTpm.Quote quoted = sample.tpm.quote(Sample.INPUT, Sample.pcrs(start));
    VerifiedQuote quote = sample.quote(quoted, Sample.INPUT);
    byte[] log = Sample.log(start).toArray();
    for (int at = 0; at < log.length; at++) {
      byte[] changed = log.clone();
      changed[at] ^= 1;
      assertThat(
              VerifiedLaunchLog.replay(
                  Bytes.of(changed), quote, Sample.REGISTER, BaselineRule.zeros()))
          .as("byte %d", at)
          .isInstanceOf(Verification.Refused.class);
    }
  }
}

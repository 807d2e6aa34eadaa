// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import static dev.signet.tpmsim.FirmwareLogMaker.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Digest;
import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.protocol.FirmwareLogPolicy.Allowed;
import dev.signet.protocol.FirmwareLogPolicy.Component;
import dev.signet.protocol.FirmwareLogPolicy.SecureBoot;
import dev.signet.protocol.StrictJson;
import dev.signet.tpmsim.FirmwareLogMaker;
import dev.signet.verifier.eventlog.FirmwareLog;
import dev.signet.verifier.eventlog.MalformedEventLogException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FirmwareLogAppraisalTest {
  private static final FirmwareLogMaker GOOD = FirmwareLogMaker.boot(true, "kernel", "ro quiet");

  private static FirmwareLog parsed(FirmwareLogMaker made) {
    try {
      return FirmwareLog.parse(made.log());
    } catch (MalformedEventLogException e) {
      throw new AssertionError(e);
    }
  }

  private static FirmwareLogPolicy learnt(FirmwareLogMaker... good) {
    return FirmwareLogLearning.learn(
        Arrays.stream(good).map(FirmwareLogAppraisalTest::parsed).toList(), Map.of());
  }

  private static List<String> differences(FirmwareLogPolicy policy, FirmwareLogMaker log) {
    return FirmwareLogAppraisal.findings(policy, parsed(log)).stream()
        .map(Finding::detail)
        .toList();
  }

  private static List<String> differences(FirmwareLogMaker log) {
    return differences(learnt(GOOD), log);
  }

  private static void oneDifference(List<String> differences, String... parts) {
    assertThat(differences).as(differences.toString()).hasSize(1);
    assertThat(differences.getFirst()).contains(parts);
  }

  private static String sha256(String text) {
    return Digest.hash(text(text)).toString();
  }

  @Test
  void whatWasLearntIsAllowed() {
    assertThat(differences(GOOD)).isEmpty();
  }

  @Test
  void changedKernelIsNamedWithWhatWouldAllowIt() {
    oneDifference(
        differences(FirmwareLogMaker.boot(true, "another kernel", "ro quiet")),
        "kernel (PCR 9): expected "
            + sha256("kernel")
            + " (/vmlinuz), got "
            + sha256("another kernel"),
        "by the log's word \"/vmlinuz\"",
        "add {\"digest\":\""
            + sha256("another kernel")
            + "\"} to \"allowed\" of component"
            + " \"kernel\"");
  }

  @Test
  void whatADifferenceAsksForAllowsIt() {
    FirmwareLogPolicy learnt = learnt(GOOD);
    List<Component> components =
        learnt.components().stream()
            .map(
                c ->
                    c.name().equals("kernel")
                        ? new Component(
                            c.name(),
                            c.pcr(),
                            List.of(
                                c.allowed().getFirst(),
                                new Allowed(Digest.hash(text("another kernel")), null)),
                            null)
                        : c)
            .toList();
    FirmwareLogPolicy wider =
        new FirmwareLogPolicy(
            learnt.secureBoot(), components, learnt.pinned(), learnt.waivedPcrs(), null, null);
    assertThat(differences(wider, FirmwareLogMaker.boot(true, "another kernel", "ro quiet")))
        .isEmpty();
    assertThat(differences(wider, GOOD)).isEmpty();
  }

  @Test
  void changedCommandLineIsShownAsItIsProved() {
    oneDifference(
        differences(FirmwareLogMaker.boot(true, "kernel", "ro init=/bin/sh")),
        "command line (PCR 8)",
        "(kernel_cmdline: ro quiet)",
        "proved to be \"kernel_cmdline: ro init=/bin/sh\"");
  }

  @Test
  void secureBootMustBeOn() {
    oneDifference(
        differences(FirmwareLogMaker.boot(false, "kernel", "ro quiet")),
        "secure boot (PCR 7): expected on, got off; to allow it, write \"enabled\":false");
  }

  @Test
  void secureBootThatWasLearntOffMustBeOff() {
    FirmwareLogPolicy off = learnt(FirmwareLogMaker.boot(false, "kernel", "ro quiet"));
    assertThat(differences(off, FirmwareLogMaker.boot(false, "kernel", "ro quiet"))).isEmpty();
    oneDifference(
        differences(off, FirmwareLogMaker.boot(true, "kernel", "ro quiet")),
        "secure boot (PCR 7): expected off, got on; to allow it, write \"enabled\":true");
  }

  private static FirmwareLogMaker secureBootOnly(String pk, String db, String dbx) {
    return new FirmwareLogMaker().secureBoot(true, text(pk), text(db), text(dbx));
  }

  @Test
  void eachKeyOfSecureBootIsJudged() {
    FirmwareLogPolicy policy = learnt(secureBootOnly("PK", "db", "dbx"));
    assertThat(policy.judged()).containsExactly(7);
    oneDifference(
        differences(policy, secureBootOnly("mine", "db", "dbx")),
        "secure boot keys PK (PCR 7)",
        "add \"" + sha256("mine") + "\" to secureBoot.pk");
    oneDifference(differences(policy, secureBootOnly("PK", "mine", "dbx")), "secureBoot.db");
    oneDifference(differences(policy, secureBootOnly("PK", "db", "old")), "secureBoot.dbx");
  }

  /** The type says separator or boot variable; the digest is of something that is not allowed. */
  @Test
  void attack17TypeDecidesNothing() {
    FirmwareLogMaker evil = FirmwareLogMaker.boot(true, "kernel", "ro quiet");
    evil.event(4, FirmwareLogMaker.SEPARATOR, text("rootkit"), new byte[4]);
    oneDifference(differences(evil), "PCR 4", sha256("rootkit"));
    FirmwareLogMaker unknown = FirmwareLogMaker.boot(true, "kernel", "ro quiet");
    unknown.event(4, 0x7777_7777, text("rootkit"), text("whatever"));
    oneDifference(differences(unknown), "PCR 4", sha256("rootkit"));
    // A separator is one under any name.
    FirmwareLogMaker hidden = FirmwareLogMaker.boot(true, "kernel", "ro quiet");
    hidden.event(4, FirmwareLogMaker.EFI_ACTION, new byte[4], text("Exit Boot Services"));
    oneDifference(differences(hidden), "PCR 4: expected one separator");
  }

  /** SecureBoot is on by the data, and off by the digest. */
  @Test
  void attack18DataThatTheDigestDoesNotProveIsNotBelieved() {
    byte[] on =
        FirmwareLogMaker.variableData(FirmwareLogMaker.GLOBAL, "SecureBoot", new byte[] {1});
    byte[] off =
        FirmwareLogMaker.variableData(FirmwareLogMaker.GLOBAL, "SecureBoot", new byte[] {0});
    FirmwareLogMaker forged =
        new FirmwareLogMaker()
            .event(7, FirmwareLogMaker.VARIABLE_DRIVER_CONFIG, off, on)
            .variable(
                FirmwareLogMaker.VARIABLE_DRIVER_CONFIG, FirmwareLogMaker.GLOBAL, "PK", text("PK"))
            .variable(
                FirmwareLogMaker.VARIABLE_DRIVER_CONFIG,
                FirmwareLogMaker.GLOBAL,
                "KEK",
                text("KEK"))
            .variable(
                FirmwareLogMaker.VARIABLE_DRIVER_CONFIG,
                FirmwareLogMaker.IMAGE_SECURITY,
                "db",
                text("db"))
            .variable(
                FirmwareLogMaker.VARIABLE_DRIVER_CONFIG,
                FirmwareLogMaker.IMAGE_SECURITY,
                "dbx",
                text("dbx"))
            .separator(7);
    assertThat(differences(learnt(secureBootOnly("PK", "db", "dbx")), forged))
        .anySatisfy(d -> assertThat(d).contains("expected variable SecureBoot"))
        .anySatisfy(d -> assertThat(d).contains(Digest.hash(off).toString()));
  }

  @Test
  void attack19NothingIsMeasuredIntoClosedPcrsAfterTheSeparator() {
    for (int pcr : new int[] {0, 2, 3, 6}) {
      FirmwareLogMaker good =
          new FirmwareLogMaker()
              .event(pcr, FirmwareLogMaker.FIRMWARE_BLOB, text("rom"), text("rom"))
              .separator(pcr);
      FirmwareLogMaker late =
          new FirmwareLogMaker()
              .event(pcr, FirmwareLogMaker.FIRMWARE_BLOB, text("rom"), text("rom"))
              .separator(pcr)
              .event(pcr, FirmwareLogMaker.FIRMWARE_BLOB, text("rom"), text("rom"));
      oneDifference(
          differences(learnt(good), late), "PCR " + pcr + ": expected nothing after its separator");
    }
  }

  @Test
  void attack19VariablesAfterTheSeparatorDoNotSpeakForSecureBoot() {
    FirmwareLogMaker off = new FirmwareLogMaker();
    off.secureBoot(false, text("PK"), text("db"), text("dbx"));
    off.variable(
        FirmwareLogMaker.VARIABLE_DRIVER_CONFIG,
        FirmwareLogMaker.GLOBAL,
        "SecureBoot",
        new byte[] {1});
    assertThat(differences(learnt(secureBootOnly("PK", "db", "dbx")), off))
        .anySatisfy(d -> assertThat(d).contains("secure boot (PCR 7): expected on, got off"))
        .anySatisfy(d -> assertThat(d).contains("expected no such thing"));
  }

  @Test
  void attack17VariableOfAnotherVendorIsNotThatOfSecureBoot() {
    FirmwareLogMaker other = new FirmwareLogMaker();
    other.variable(
        FirmwareLogMaker.VARIABLE_DRIVER_CONFIG,
        FirmwareLogMaker.IMAGE_SECURITY,
        "SecureBoot",
        new byte[] {1});
    other.variable(
        FirmwareLogMaker.VARIABLE_DRIVER_CONFIG, FirmwareLogMaker.GLOBAL, "PK", text("PK"));
    other.separator(7);
    assertThat(differences(learnt(secureBootOnly("PK", "db", "dbx")), other))
        .anySatisfy(d -> assertThat(d).contains("expected variable SecureBoot"));
  }

  @Test
  void attack22SecondSeparatorIsASecondBoot() {
    FirmwareLogMaker twice = FirmwareLogMaker.boot(true, "kernel", "ro quiet").separator(7);
    oneDifference(differences(twice), "PCR 7: expected one separator, got a second one");
    FirmwareLogMaker ones = FirmwareLogMaker.boot(true, "kernel", "ro quiet");
    ones.event(4, FirmwareLogMaker.SEPARATOR, new byte[] {-1, -1, -1, -1});
    oneDifference(differences(ones), "PCR 4: expected one separator, got a second one");
  }

  @Test
  void attack22SecondSetOfVariablesIsRefused() {
    FirmwareLogMaker twice = new FirmwareLogMaker();
    twice.variable(
        FirmwareLogMaker.VARIABLE_DRIVER_CONFIG,
        FirmwareLogMaker.GLOBAL,
        "SecureBoot",
        new byte[] {1});
    twice.secureBoot(false, text("PK"), text("db"), text("dbx"));
    oneDifference(
        differences(learnt(secureBootOnly("PK", "db", "dbx")), twice),
        "secure boot (PCR 7): expected each variable once");
  }

  @Test
  void bootThatDidNotEndIsRefused() {
    FirmwareLogMaker open = new FirmwareLogMaker();
    open.event(4, FirmwareLogMaker.IPL, text("loader"));
    FirmwareLogMaker ended = new FirmwareLogMaker();
    ended.event(4, FirmwareLogMaker.IPL, text("loader")).separator(4);
    oneDifference(differences(learnt(ended), open), "PCR 4: expected a separator, got none");
    assertThatThrownBy(() -> learnt(open)).hasMessageContaining("expected one separator");
  }

  @Test
  void attack20ComponentThatIsNotThereIsMissed() {
    FirmwareLogMaker without = new FirmwareLogMaker();
    without.file("/initrd.img", text("initrd"));
    FirmwareLogMaker with = new FirmwareLogMaker();
    with.file("/initrd.img", text("initrd")).file("/vmlinuz", text("kernel"));
    oneDifference(differences(learnt(with), without), "kernel (PCR 9)", "the log has none of them");
    // What is in some of the good logs only may be missing.
    assertThat(differences(learnt(with, without), without)).isEmpty();
    oneDifference(
        differences(learnt(with), new FirmwareLogMaker().separator(4)),
        "PCR 9: expected at least one event");
  }

  @Test
  void pcrWithNothingButASeparatorIsPinned() {
    FirmwareLogPolicy policy = learnt(GOOD);
    assertThat(policy.pinned())
        .containsOnlyKeys(1, 2, 3, 5, 6)
        .containsEntry(3, GOOD.pcrs().get(3));
    FirmwareLogMaker more = FirmwareLogMaker.boot(true, "kernel", "ro quiet");
    more.event(3, FirmwareLogMaker.IPL, text("x"));
    oneDifference(differences(more), "PCR 3: expected " + GOOD.pcrs().get(3));
  }

  @Test
  void attack21StartupLocalityIsPartOfThePolicy() {
    FirmwareLogMaker three = new FirmwareLogMaker().startupLocality(3);
    three.event(0, FirmwareLogMaker.CRTM_VERSION, text("1")).separator(0);
    FirmwareLogMaker zero = new FirmwareLogMaker();
    zero.event(0, FirmwareLogMaker.CRTM_VERSION, text("1")).separator(0);
    assertThat(learnt(three).startupLocality()).isEqualTo(3);
    oneDifference(differences(learnt(three), zero), "startup locality: expected 3, got 0");
    assertThat(learnt(zero).startupLocality()).isNull();
  }

  @Test
  void tellsNoMoreThanAPersonReads() {
    FirmwareLogMaker many = FirmwareLogMaker.boot(true, "kernel", "ro quiet");
    IntStream.range(0, 200).forEach(i -> many.file("/f" + i, text("file " + i)));
    assertThat(differences(many)).hasSize(17).last().asString().contains("184 more differences");
  }

  @Test
  void policySurvivesItsOwnCodec() throws Exception {
    FirmwareLogPolicy policy = learnt(GOOD);
    byte[] json = StrictJson.encode(policy);
    assertThat(StrictJson.decode(json, FirmwareLogPolicy.class, 100_000)).isEqualTo(policy);
  }

  @Test
  void policyThatIsSilentOrContradictsItselfIsRefused() {
    Component kernel =
        new Component("kernel", 9, List.of(new Allowed(Digest.hash(text("k")), "k")), null);
    List<Digest> key = List.of(Digest.hash(text("k")));
    assertThatThrownBy(() -> new FirmwareLogPolicy(null, List.of(), null, null, null, null))
        .hasMessageContaining("expected components or secureBoot");
    assertThatThrownBy(
            () ->
                new FirmwareLogPolicy(
                    null,
                    List.of(kernel),
                    new TreeMap<>(Map.of(9, Digest.hash(text("v")))),
                    null,
                    null,
                    null))
        .hasMessageContaining("PCR 9 is not");
    assertThatThrownBy(
            () -> new FirmwareLogPolicy(null, List.of(kernel, kernel), null, null, null, null))
        .hasMessageContaining("is there twice");
    assertThatThrownBy(() -> new FirmwareLogPolicy(null, List.of(kernel), null, null, 3, null))
        .hasMessageContaining("components of PCR 0");
    assertThatThrownBy(() -> new FirmwareLogPolicy(null, List.of(kernel), null, null, null, "1"))
        .hasMessageContaining("16 lower-case hexadecimal digits");
    assertThatThrownBy(() -> new Component("kernel", 9, List.of(), null))
        .hasMessageContaining("at least one digest");
    assertThatThrownBy(() -> new SecureBoot(true, key, key, List.of(), key))
        .hasMessageContaining("secureBoot.db: expected at least one");
  }

  @Test
  void secureBootThatTheLogDoesNotProveIsLearntByDigests() {
    FirmwareLogMaker few = new FirmwareLogMaker();
    few.variable(
            FirmwareLogMaker.VARIABLE_DRIVER_CONFIG,
            FirmwareLogMaker.GLOBAL,
            "SecureBoot",
            new byte[] {1})
        .separator(7);
    FirmwareLogMaker off = new FirmwareLogMaker();
    off.variable(
            FirmwareLogMaker.VARIABLE_DRIVER_CONFIG,
            FirmwareLogMaker.GLOBAL,
            "SecureBoot",
            new byte[] {0})
        .separator(7);
    assertThat(learnt(few).secureBoot()).isNull();
    assertThat(differences(learnt(few), few)).isEmpty();
    oneDifference(differences(learnt(few), off), "PCR 7", "proved to be \"variable SecureBoot\"");
  }

  @Test
  void logsThatContradictEachOtherTeachNothing() {
    assertThatThrownBy(() -> learnt(GOOD, FirmwareLogMaker.boot(false, "kernel", "ro quiet")))
        .hasMessageContaining("got both");
    FirmwareLogMaker sha1 = new FirmwareLogMaker(List.of("SHA-1")).separator(4);
    assertThatThrownBy(() -> learnt(sha1)).hasMessageContaining("SHA-256 digest of each event");
  }
}

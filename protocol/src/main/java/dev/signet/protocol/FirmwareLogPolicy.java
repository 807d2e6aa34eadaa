// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a host's firmware event log must show, in a registration. Every quoted PCR is judged by the
 * log ({@code secureBoot}, {@code components}), pinned to a value, or waived with a reason; silence
 * refuses. Of the PCRs that are judged by the log, every event must be one that is named here.
 *
 * @param secureBoot what PCR 7 must show of secure boot; null: PCR 7 is judged by components alone,
 *     pinned or waived
 * @param components what may be measured, by PCR
 * @param pinned values of PCRs that no log explains, by index
 * @param waivedPcrs quoted PCRs that are not judged, each with a reason
 * @param startupLocality of TPM2_Startup, 3 or 4 where hardware measures the first firmware code;
 *     null: any. Software cannot make PCR 0 start there.
 * @param leastTpmFirmware the lowest firmwareVersion of the TPM that is accepted, 16 hexadecimal
 *     digits; null: any
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FirmwareLogPolicy(
    SecureBoot secureBoot,
    List<Component> components,
    SortedMap<Integer, Digest> pinned,
    SortedMap<Integer, String> waivedPcrs,
    Integer startupLocality,
    String leastTpmFirmware) {
  /** The PCR of secure boot (PFP 3.3.4.8). */
  public static final int SECURE_BOOT_PCR = 7;

  private static final int MAX_COMPONENTS = 256;
  private static final int MAX_ALLOWED = 4096;
  private static final int MAX_KEYS = 64;
  private static final int NAME_CHARS = 64;

  /** Characters of what an allowed digest says that it is. */
  public static final int SAYS_CHARS = 255;

  /**
   * UEFI's secure boot: the variables that PCR 7 has before its separator, each once.
   *
   * @param enabled what the variable SecureBoot says
   * @param pk digests of the contents of PK that are allowed: SHA-256 of what {@code
   *     /sys/firmware/efi/efivars/PK-…} has after its first four bytes; of no bytes where it is not
   *     set
   * @param kek the same of KEK
   * @param db the same of db
   * @param dbx the same of dbx
   */
  public record SecureBoot(
      boolean enabled, List<Digest> pk, List<Digest> kek, List<Digest> db, List<Digest> dbx) {
    public SecureBoot {
      pk = keys(pk, "secureBoot.pk");
      kek = keys(kek, "secureBoot.kek");
      db = keys(db, "secureBoot.db");
      dbx = keys(dbx, "secureBoot.dbx");
    }

    private static List<Digest> keys(List<Digest> given, String name) {
      List<Digest> keys = Require.list(given, MAX_KEYS, name);
      if (keys.isEmpty()) {
        throw new IllegalArgumentException(name + ": expected at least one digest");
      }
      return keys;
    }
  }

  /**
   * Something that is measured at boot.
   *
   * @param name for people, such as kernel
   * @param pcr into which it is measured
   * @param allowed what it may be
   * @param optional true: a boot may be without it; null: one of {@code allowed} must be there
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Component(String name, int pcr, List<Allowed> allowed, Boolean optional) {
    public Component {
      Require.text(name, NAME_CHARS, "components.name");
      Require.pcrs(List.of(pcr), "components.pcr");
      allowed = Require.list(allowed, MAX_ALLOWED, "components.allowed");
      if (allowed.isEmpty()) {
        throw new IllegalArgumentException(
            "components.allowed: expected at least one digest of " + name);
      }
    }

    @JsonIgnore
    public boolean required() {
      return !Boolean.TRUE.equals(optional);
    }

    public boolean allows(Digest digest) {
      return allowed.stream().anyMatch(a -> a.digest().equals(digest));
    }
  }

  /**
   * A digest as events of the SHA-256 bank have it.
   *
   * @param says what it is, for people; null if nobody said
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Allowed(Digest digest, String says) {
    public Allowed {
      Require.present(digest, "components.allowed.digest");
      if (says != null) {
        Require.text(says, SAYS_CHARS, "components.allowed.says");
      }
    }

    @Override
    public String toString() {
      return digest + (says == null ? "" : " (" + says + ")");
    }
  }

  public FirmwareLogPolicy {
    components =
        components == null
            ? List.of()
            : Require.list(components, MAX_COMPONENTS, "firmwareLog.components");
    pinned = pinned == null ? new TreeMap<>() : new TreeMap<>(pinned);
    waivedPcrs = waivedPcrs == null ? new TreeMap<>() : new TreeMap<>(waivedPcrs);
    pinned.values().forEach(value -> Require.present(value, "firmwareLog.pinned"));
    waivedPcrs
        .values()
        .forEach(reason -> Require.text(reason, SAYS_CHARS, "firmwareLog.waivedPcrs"));
    Set<String> names = new HashSet<>();
    for (Component component : components) {
      if (!names.add(component.pcr() + " " + component.name())) {
        throw new IllegalArgumentException(
            "firmwareLog.components: expected each name of a PCR once, %s of PCR %d is there twice"
                .formatted(component.name(), component.pcr()));
      }
    }
    requireApart(judged(secureBoot, components), pinned.keySet(), waivedPcrs.keySet());
    if (startupLocality != null && (startupLocality < 0 || startupLocality > 4)) {
      throw new IllegalArgumentException("firmwareLog.startupLocality: expected 0 to 4");
    }
    if (startupLocality != null && components.stream().noneMatch(c -> c.pcr() == 0)) {
      throw new IllegalArgumentException(
          "firmwareLog.startupLocality: expected with components of PCR 0, which prove it");
    }
    if (leastTpmFirmware != null && !leastTpmFirmware.matches("[0-9a-f]{16}")) {
      throw new IllegalArgumentException(
          "firmwareLog.leastTpmFirmware: expected 16 lower-case hexadecimal digits");
    }
  }

  private static void requireApart(Set<Integer> judged, Set<Integer> pinned, Set<Integer> waived) {
    if (judged.isEmpty()) {
      throw new IllegalArgumentException(
          "firmwareLog: expected components or secureBoot; use pinned or waived without a log");
    }
    Set<Integer> seen = new HashSet<>();
    for (Collection<Integer> pcrs : List.of(judged, pinned, waived)) {
      for (int pcr : pcrs) {
        if (pcr < 0 || pcr > 23 || !seen.add(pcr)) {
          throw new IllegalArgumentException(
              "firmwareLog: expected each PCR of 0 to 23 in one way only: judged by components or"
                  + " secureBoot, pinned, or waived; PCR "
                  + pcr
                  + " is not");
        }
      }
    }
  }

  private static SortedSet<Integer> judged(SecureBoot secureBoot, List<Component> components) {
    SortedSet<Integer> pcrs = new TreeSet<>();
    components.forEach(component -> pcrs.add(component.pcr()));
    if (secureBoot != null) {
      pcrs.add(SECURE_BOOT_PCR);
    }
    return pcrs;
  }

  /** The PCRs that are judged by the log, which must lead to them. */
  public SortedSet<Integer> judged() {
    return judged(secureBoot, components);
  }

  /** The components of one PCR. */
  public List<Component> components(int pcr) {
    return components.stream().filter(component -> component.pcr() == pcr).toList();
  }
}

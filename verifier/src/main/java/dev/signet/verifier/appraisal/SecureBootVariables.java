// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.FirmwareLogPolicy.SecureBoot;
import dev.signet.verifier.eventlog.Bank;
import dev.signet.verifier.eventlog.EventData;
import dev.signet.verifier.eventlog.FirmwareEvent;
import dev.signet.verifier.eventlog.UefiVariable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The variables that firmware measures into PCR 7 before its separator (PFP 3.3.4.8). A variable is
 * believed only where the event's digest is over its name and its contents.
 */
final class SecureBootVariables {
  static final String STATE = "SecureBoot";
  static final String PK = "PK";
  static final String KEK = "KEK";
  static final String DB = "db";
  static final String DBX = "dbx";

  private static final Bytes ON = Bytes.of(new byte[] {1});
  private static final Bytes OFF = Bytes.of(new byte[] {0});
  private static final Bytes ABSENT = Bytes.of(new byte[0]);

  private static final SortedMap<String, UUID> NAMES =
      new TreeMap<>(
          Map.of(
              STATE, UefiVariable.GLOBAL,
              PK, UefiVariable.GLOBAL,
              KEK, UefiVariable.GLOBAL,
              DB, UefiVariable.IMAGE_SECURITY,
              DBX, UefiVariable.IMAGE_SECURITY));

  private final SortedMap<String, Bytes> contents = new TreeMap<>();
  private final List<FirmwareEvent> repeated = new ArrayList<>();
  private final List<FirmwareEvent> others = new ArrayList<>();

  /**
   * @param events of PCR 7 before its separator
   */
  SecureBootVariables(List<FirmwareEvent> events) {
    for (FirmwareEvent event : events) {
      Optional<UefiVariable> variable =
          EventData.proved(event, Bank.SHA256)
              .flatMap(UefiVariable::read)
              .filter(v -> v.vendor().equals(NAMES.get(v.name())));
      if (variable.isEmpty()) {
        others.add(event);
      } else if (contents.putIfAbsent(variable.get().name(), variable.get().data()) != null) {
        repeated.add(event);
      }
    }
  }

  /** Events that are none of these variables. */
  List<FirmwareEvent> others() {
    return others;
  }

  /** Whether each variable is proved, once. */
  boolean areComplete() {
    return repeated.isEmpty() && contents.keySet().equals(NAMES.keySet());
  }

  /** Whether secure boot was on; only if {@link #areComplete}. */
  boolean enabled() {
    return contents.get(STATE).equals(ON);
  }

  /** Of the contents of a variable; only if {@link #areComplete}. */
  Digest digest(String name) {
    return Digest.hash(contents.get(name).toArray());
  }

  /** Tells each difference from the policy. */
  void judge(SecureBoot policy, Consumer<String> find) {
    for (FirmwareEvent event : repeated) {
      find.accept(
          "secure boot (PCR 7): expected each variable once, got one again: "
              + FirmwareLogAppraisal.told(event));
    }
    for (String name : NAMES.keySet()) {
      Bytes data = contents.get(name);
      if (data == null) {
        find.accept(
            "secure boot (PCR 7): expected variable "
                + name
                + " before the separator, the log proves none");
      } else if (name.equals(STATE)) {
        judgeState(policy, data, find);
      } else {
        judgeKeys(name, allowed(policy, name), data, find);
      }
    }
  }

  private static List<Digest> allowed(SecureBoot policy, String name) {
    return switch (name) {
      case PK -> policy.pk();
      case KEK -> policy.kek();
      case DB -> policy.db();
      default -> policy.dbx();
    };
  }

  private static void judgeState(SecureBoot policy, Bytes data, Consumer<String> find) {
    boolean fits = policy.enabled() ? data.equals(ON) : data.equals(OFF) || data.equals(ABSENT);
    if (!fits) {
      find.accept(
          "secure boot (PCR 7): expected %s, got %s; to allow it, write \"enabled\":%s in secureBoot"
              .formatted(
                  policy.enabled() ? "on" : "off",
                  data.equals(ON) ? "on" : "off",
                  !policy.enabled()));
    }
  }

  private static void judgeKeys(
      String name, List<Digest> allowed, Bytes data, Consumer<String> find) {
    Digest digest = Digest.hash(data.toArray());
    if (!allowed.contains(digest)) {
      find.accept(
          "secure boot keys %s (PCR 7): expected contents of %s, got %s (%d bytes); to allow it, add"
                  .formatted(name, allowed, digest, data.size())
              + " \"%s\" to secureBoot.%s".formatted(digest, name.toLowerCase(Locale.ROOT)));
    }
  }
}

// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares what was launched with what the reference statement names. */
final class LaunchAppraisal {
  private LaunchAppraisal() {}

  static List<Finding> findings(LaunchEvent.Start start, ReferenceStatement.Predicate predicate) {
    List<Finding> findings = new ArrayList<>();
    Map<String, Digest> expected = new TreeMap<>();
    predicate.artifacts().forEach(a -> expected.put(a.role(), a.digest()));
    Map<String, Digest> launched = new TreeMap<>();
    start.artifacts().forEach(a -> launched.put(a.role(), a.digest()));
    expected.forEach(
        (role, digest) -> {
          Digest got = launched.get(role);
          if (!digest.equals(got)) {
            findings.add(
                finding("%s: expected %s, launched %s", role, digest, got == null ? "none" : got));
          }
        });
    launched.forEach(
        (role, digest) -> {
          if (!expected.containsKey(role)) {
            findings.add(finding("%s: expected none, launched %s", role, digest));
          }
        });
    List<String> arguments = predicate.launch().arguments();
    if (arguments != null && !arguments.equals(start.arguments())) {
      findings.add(
          finding("arguments: expected %s, launched with %s", arguments, start.arguments()));
    }
    // Programs read properties as they read arguments: who fixed the one meant the other too.
    List<String> properties =
        start.jvmOptions().stream().filter(o -> o.startsWith("-D") || o.startsWith("-e")).toList();
    if (arguments != null && !properties.isEmpty()) {
      findings.add(
          finding(
              "JVM options: expected no properties beside fixed arguments, launched with %s",
              properties));
    }
    List<String> extra = new ArrayList<>(start.environment());
    extra.removeAll(predicate.launch().environment());
    if (!extra.isEmpty()) {
      findings.add(
          finding(
              "environment: expected no more than %s, launched also with %s",
              predicate.launch().environment(), extra));
    }
    return findings;
  }

  private static Finding finding(String detail, Object... sides) {
    return new Finding(Refusal.MEASUREMENT_MISMATCH, detail.formatted(sides));
  }
}

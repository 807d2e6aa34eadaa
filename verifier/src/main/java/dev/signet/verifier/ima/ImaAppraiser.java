// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.ImaPolicy;
import dev.signet.protocol.Limits;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A policy made ready to judge entries. Immutable: one serves all hosts. */
public final class ImaAppraiser {
  private final Map<String, Set<String>> files = new HashMap<>();
  private final Map<String, Set<String>> buffers = new HashMap<>();
  private final List<Key> keys = new ArrayList<>();
  private final List<PathPattern> excluded;
  private final List<PathPattern> violations;
  private final boolean judgesEverything;

  private record Key(PublicKey key, List<PathPattern> paths) {}

  /**
   * @throws IllegalArgumentException if a key is none
   */
  public ImaAppraiser(ImaPolicy policy) {
    policy.files().forEach(f -> files.put(f.path(), Set.copyOf(new HashSet<>(f.digests()))));
    policy.buffers().forEach(b -> buffers.put(b.path(), Set.copyOf(new HashSet<>(b.digests()))));
    for (ImaPolicy.Key key : policy.keys()) {
      keys.add(new Key(ImaSignature.key(key.key()), patterns(key.paths())));
    }
    excluded = patterns(policy.exclude().stream().map(ImaPolicy.Exclusion::path).toList());
    violations = patterns(policy.violations().stream().map(ImaPolicy.Exclusion::path).toList());
    judgesEverything = policy.judgesEverything();
  }

  /** Whether the policy leaves nothing out that IMA measured. */
  public boolean judgesEverything() {
    return judgesEverything;
  }

  /**
   * Judges the entries of a piece.
   *
   * @param pcrs values of the SHA-256 bank that were quoted; where 0 to 9 are all among them, the
   *     log's first entry must be over them
   */
  public ImaFindings findings(ImaReplay log, Map<Integer, Digest> pcrs) {
    Judge judge = new Judge(log.from().entries(), pcrs);
    log.forEach(judge::accept);
    return new ImaFindings(judge.first, judge.total);
  }

  private static List<PathPattern> patterns(List<String> patterns) {
    return patterns.stream().map(PathPattern::new).toList();
  }

  /** One look at one piece. */
  private final class Judge {
    private final Map<Integer, Digest> pcrs;
    private final Set<String> seen = new HashSet<>();
    private final List<ImaFinding> first = new ArrayList<>();
    private long entry;
    private long total;

    private Judge(long entry, Map<Integer, Digest> pcrs) {
      this.entry = entry;
      this.pcrs = pcrs;
    }

    private void accept(ImaEntry said) {
      if (entry == 0) {
        bootAggregate(said.measured().orElseThrow().digest());
      } else if (said.measured().isEmpty()) {
        find("template " + said.template(), "what no policy can judge", Set.of(), null);
      } else if (said.violation()) {
        violation(said.measured().get().name());
      } else if (said.template().equals(ImaTemplate.IMA_BUF)) {
        buffer(said.measured().get());
      } else {
        file(said.measured().get());
      }
      entry++;
    }

    /** SHA-256 over PCR 0 to 9 of the SHA-256 bank (Linux, {@code ima_calc_boot_aggregate_tfm}). */
    private void bootAggregate(ImaDigest said) {
      MessageDigest aggregate = Digest.sha256();
      for (int pcr = 0; pcr <= 9; pcr++) {
        if (!pcrs.containsKey(pcr)) {
          return;
        }
        aggregate.update(pcrs.get(pcr).toArray());
      }
      String expected = new ImaDigest("sha256", Bytes.of(aggregate.digest())).toString();
      if (!said.toString().equals(expected)) {
        find(ImaEntry.BOOT_AGGREGATE, said.toString(), Set.of(expected), null);
      }
    }

    private void violation(String path) {
      if (!anyMatches(violations, path)) {
        find(
            path,
            "a violation: it was written while it was open to be measured",
            Set.of(),
            "violations: " + json(new ImaPolicy.Exclusion(ruleFor(path), "why")));
      }
    }

    private void buffer(ImaEntry.Measured said) {
      Set<String> allowed = buffers.getOrDefault(said.name(), Set.of());
      // The log does not vouch for this being a buffer; only if it is one, this holds.
      if (!said.digest().believed() || !ImaSignature.isOf(said.digest(), said.extra())) {
        find(said.name(), said.digest() + ", which is not the buffer's digest", allowed, null);
      } else if (!allowed.contains(said.digest().toString())) {
        find(said.name(), said.digest().toString(), allowed, line("buffers", said));
      }
    }

    private void file(ImaEntry.Measured said) {
      Set<String> allowed = files.getOrDefault(said.name(), Set.of());
      boolean good =
          said.digest().believed() && (allowed.contains(said.digest().toString()) || signed(said));
      if (good || anyMatches(excluded, said.name())) {
        return;
      }
      boolean namable = said.digest().believed() && said.name().startsWith("/");
      find(
          said.name(),
          said.digest()
              + (said.digest().believed() ? "" : ", an algorithm that is not believed")
              + (said.extra().size() == 0 ? "" : ", signed, by no key of the policy for this path"),
          allowed,
          namable ? line("files", said) : null);
    }

    private boolean signed(ImaEntry.Measured said) {
      return said.extra().size() > 0
          && keys.stream()
              .anyMatch(
                  key ->
                      anyMatches(key.paths(), said.name())
                          && ImaSignature.verifies(said.extra(), said.digest(), key.key()));
    }

    private void find(String path, String got, Set<String> allowed, String allow) {
      total++;
      if (first.size() < Limits.IMA_FINDINGS && seen.add(path + "\0" + got)) {
        first.add(
            new ImaFinding(entry, path, got, allowed.stream().sorted().limit(4).toList(), allow));
      }
    }
  }

  private static boolean anyMatches(List<PathPattern> patterns, String path) {
    return patterns.stream().anyMatch(p -> p.matches(path));
  }

  private static String line(String member, ImaEntry.Measured said) {
    return member
        + ": "
        + json(new ImaPolicy.Content(said.name(), List.of(said.digest().toString())));
  }

  /** A rule must be a pattern of an absolute path, which a hostile name need not be. */
  private static String ruleFor(String path) {
    return path.startsWith("/") && path.length() <= 255 ? path : "/**";
  }

  private static String json(Object rule) {
    return new String(StrictJson.encode(rule), StandardCharsets.UTF_8);
  }
}

// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import dev.signet.protocol.ImaPolicy;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Makes a policy of what was measured in runs that are known to be good. */
public final class ImaLearning {
  private final SortedMap<String, SortedSet<String>> files = new TreeMap<>();
  private final SortedMap<String, SortedSet<String>> buffers = new TreeMap<>();
  private final SortedSet<String> left = new TreeSet<>();
  private long entry;

  /** Takes in a whole log. */
  public void add(ImaReplay log) {
    entry = log.from().entries();
    log.forEach(this::add);
  }

  private void add(ImaEntry said) {
    boolean bootAggregate = entry++ == 0;
    if (bootAggregate) {
      return;
    }
    if (said.measured().isEmpty()) {
      left.add("template " + said.template() + ": no policy can judge it");
      return;
    }
    ImaEntry.Measured measured = said.measured().get();
    boolean buffer = said.template().equals(ImaTemplate.IMA_BUF);
    if (said.violation()) {
      left.add(
          measured.name() + ": a violation; say in violations why it may be, or end its cause");
    } else if (!measured.digest().believed()) {
      left.add(measured.name() + ": " + measured.digest().algorithm() + " is not believed");
    } else if (measured.name().startsWith("/") == buffer) {
      left.add(measured.name() + ": expected an absolute path of a file or a name of a buffer");
    } else {
      (buffer ? buffers : files)
          .computeIfAbsent(measured.name(), n -> new TreeSet<>())
          .add(measured.digest().toString());
    }
  }

  /** A policy that allows what was taken in and nothing else. */
  public ImaPolicy policy() {
    return new ImaPolicy(1, contents(files), List.of(), List.of(), List.of(), contents(buffers));
  }

  /** What the policy does not allow, though it was there: an operator has to decide. */
  public List<String> leftOut() {
    return List.copyOf(left);
  }

  private static List<ImaPolicy.Content> contents(SortedMap<String, SortedSet<String>> learnt) {
    return learnt.entrySet().stream()
        .map(e -> new ImaPolicy.Content(e.getKey(), List.copyOf(e.getValue())))
        .toList();
  }
}

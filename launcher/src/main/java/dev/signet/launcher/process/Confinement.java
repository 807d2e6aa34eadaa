// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import dev.signet.launcher.process.Isolation.Measure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The words before {@code java} on the command line, by util-linux's {@code prlimit} and {@code
 * setpriv}: they set what a JVM cannot set for its child, then become the agent (same process).
 *
 * @param prefix the words
 * @param isolation what they bring, with the rest of a launch
 */
record Confinement(List<String> prefix, Isolation isolation) {

  static Confinement plan(
      Optional<AgentUser> user, boolean ownDirectories, Optional<AgentSpace> space)
      throws IOException {
    List<String> prefix = new ArrayList<>();
    Set<Measure> measures =
        EnumSet.of(Measure.CLEAN_ENVIRONMENT, Measure.JVM_SIDE_DOORS_SHUT, Measure.PRIVATE_COPY);
    List<String> gaps = new ArrayList<>();
    if (space.isPresent()) {
      measures.addAll(space.get().measures());
    } else {
      measures.add(Measure.HOST_NETWORK);
      gaps.add(Isolation.HOST_NETWORK_GAP);
    }
    if (ownDirectories) {
      measures.add(Measure.PRIVATE_DIRECTORIES);
    } else {
      gaps.add("private-directories: a working directory was given");
    }
    planCoreLimit(prefix, measures, gaps);
    Optional<Path> setpriv = TrustedProgram.find("setpriv");
    if (setpriv.isPresent()) {
      prefix.addAll(List.of(setpriv.get().toString(), "--no-new-privs", "--pdeathsig", "KILL"));
      measures.add(Measure.NO_NEW_PRIVILEGES);
      measures.add(Measure.DIES_WITH_LAUNCHER);
    } else {
      gaps.add("no-new-privileges, dies-with-launcher: there is no setpriv (util-linux)");
    }
    planUser(user, setpriv.isPresent(), prefix, measures, gaps);
    if (setpriv.isPresent()) {
      prefix.add("--");
    }
    return new Confinement(List.copyOf(prefix), new Isolation(measures, gaps));
  }

  private static void planCoreLimit(List<String> prefix, Set<Measure> measures, List<String> gaps)
      throws IOException {
    Optional<Path> prlimit = TrustedProgram.find("prlimit");
    if (prlimit.isEmpty()) {
      gaps.add("no-core-files: there is no prlimit (util-linux)");
      return;
    }
    prefix.addAll(List.of(prlimit.get().toString(), "--core=0:0", "--"));
    if (CoreFiles.arePiped()) {
      gaps.add(CoreFiles.PIPED);
    } else {
      measures.add(Measure.NO_CORE_FILES);
    }
  }

  private static void planUser(
      Optional<AgentUser> user,
      boolean setpriv,
      List<String> prefix,
      Set<Measure> measures,
      List<String> gaps)
      throws IOException {
    if (user.isEmpty()) {
      gaps.add(
          "other-user: the agent runs as the launcher's user, and could change its copy or, "
              + "as root, read the launcher's memory");
      return;
    }
    if (!setpriv) {
      throw new IOException("to run the agent as another user, install setpriv (util-linux)");
    }
    prefix.addAll(
        List.of(
            "--reuid",
            Integer.toString(user.get().uid()),
            "--regid",
            Integer.toString(user.get().gid()),
            "--clear-groups",
            "--inh-caps=-all",
            "--bounding-set=-all"));
    measures.add(Measure.OTHER_USER);
  }
}

// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import dev.signet.launcher.process.AgentProcess;
import dev.signet.launcher.process.AgentSpace;
import dev.signet.launcher.process.LaunchDirectory;
import dev.signet.launcher.process.PrivateMount;
import dev.signet.launcher.process.TrustFiles;
import dev.signet.measurements.image.ImageConfig;
import dev.signet.measurements.image.ImageLimits;
import dev.signet.measurements.image.ImageMeasurement;
import dev.signet.measurements.image.ImageMeasurement.Measured;
import dev.signet.measurements.image.ImageRuler;
import dev.signet.measurements.image.ImageSelection;
import dev.signet.measurements.image.ImageSource;
import dev.signet.protocol.Digest;
import dev.signet.protocol.ReferenceStatement;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * A container image's files in a private mount of one launch. They were hashed while they were
 * unpacked there, in one pass, and nobody but the launcher can see the place: what is started is
 * what was measured, whatever happens to the place that the image came from (ATTACKS 28).
 */
public final class ContainerImage implements Closeable {
  /** What systemd leaves to containers on every host: 0x00080000 to 0x6fffffff. */
  private static final int FIRST_ID = 0x0008_0000;

  private static final int LAST_ID = 0x6fff_ffff;

  /** For the runtime: its own state, and a log of errors. */
  private static final long STATE_BYTES = 16L << 20;

  /** Where the agent finds the authorities that it trusts. */
  private static final String TRUST = ".signet";

  /** Beside the image's: directories that are implied, the runtime's configuration. */
  private static final long MORE_FILES = 10_000;

  private final ContainerHost host;
  private final LaunchDirectory directory;
  private final PrivateMount mount;
  private final RootFiles files;
  private final Optional<Integer> idBase;
  private final Measured measured;

  private ContainerImage(
      ContainerHost host,
      LaunchDirectory directory,
      PrivateMount mount,
      RootFiles files,
      Optional<Integer> idBase,
      Measured measured) {
    this.host = host;
    this.directory = directory;
    this.mount = mount;
    this.files = files;
    this.idBase = idBase;
    this.measured = measured;
  }

  /** What became of unpacking an image. */
  public sealed interface Unpacked {
    record Ready(ContainerImage image) implements Unpacked {}

    /**
     * Nothing of it is left. The reason is a name of {@link ImageMeasurement.Reason} or {@link
     * Fault}.
     */
    record Refused(String reason, String detail) implements Unpacked {}
  }

  /** Why an image is not started whose digests are right, beside what its ruler refuses. */
  public enum Fault {
    /** It could not be started safely, or not at all. */
    UNSOUND_IMAGE
  }

  /**
   * Unpacks an image.
   *
   * @param selection of the image that was signed, by its digest
   * @param directory of the launch, over which the private mount is made
   * @param random chooses the host's numbers for the image's users
   * @throws IOException if the source cannot be read, or this host cannot have a private mount
   */
  public static Unpacked unpack(
      ContainerHost host,
      ImageSource source,
      ImageSelection selection,
      LaunchDirectory directory,
      SecureRandom random)
      throws IOException, InterruptedException {
    requirePassage(directory.path());
    Optional<Integer> idBase =
        host.userNamespaces() ? Optional.of(idBase(random)) : Optional.empty();
    ImageLimits limits = ImageLimits.standard();
    PrivateMount mount =
        PrivateMount.over(directory.path(), limits.entries() + MORE_FILES, LaunchDirectory.SOCKETS);
    boolean ready = false;
    try {
      RootFiles files =
          mount.within(
              () ->
                  new RootFiles(
                      Files.createDirectory(mount.at().resolve("rootfs")), idBase.orElse(0)));
      ImageMeasurement result =
          mount.within(() -> ImageRuler.unpack(source, selection, limits, new Unpacking(files)));
      switch (result) {
        case ImageMeasurement.Refused(ImageMeasurement.Reason reason, String detail) -> {
          return new Unpacked.Refused(reason.name(), detail);
        }
        case Measured measured -> {
          ready = true;
          return new Unpacked.Ready(
              new ContainerImage(host, directory, mount, files, idBase, measured));
        }
      }
    } catch (UnsoundImageException e) {
      return new Unpacked.Refused(Fault.UNSOUND_IMAGE.name(), e.getMessage());
    } finally {
      if (!ready) {
        mount.close();
      }
    }
  }

  /** Users in a container must pass to its files, which they see by the path that leads there. */
  private static void requirePassage(Path directory) throws IOException {
    for (Path above = directory.getParent(); above != null; above = above.getParent()) {
      if (!Files.getPosixFilePermissions(above, LinkOption.NOFOLLOW_LINKS)
          .contains(PosixFilePermission.OTHERS_EXECUTE)) {
        throw new IOException(
            "a container's users must be able to pass through "
                + above
                + " to the launch's private directory; allow it (chmod o+x), or keep launches"
                + " elsewhere");
      }
    }
  }

  private static int idBase(SecureRandom random) {
    int blocks = (LAST_ID + 1 - FIRST_ID) / RuntimeConfig.IDS;
    return FIRST_ID + random.nextInt(blocks) * RuntimeConfig.IDS;
  }

  PrivateMount mount() {
    return mount;
  }

  Path root() {
    return files.root();
  }

  public Digest manifest() {
    return measured.manifest();
  }

  public Digest config() {
    return measured.configDigest();
  }

  /**
   * The arguments after the entry point: those that the statement fixes, else those given, else the
   * image's own.
   */
  public List<String> arguments(ReferenceStatement.Launch launch, List<String> given) {
    if (launch.arguments() != null) {
      return launch.arguments();
    }
    if (!given.isEmpty()) {
      return given;
    }
    // The image's arguments are for its own entry point.
    return launch.entrypoint() == null ? measured.config().cmd() : List.of();
  }

  /**
   * Fixes everything that the container will be, and makes its files unchangeable.
   *
   * @param launch of the reference statement
   * @param arguments after the entry point
   * @param environment asked for beside the image's own
   * @param trust whom to trust instead of what the image trusts
   * @param space with a network for it, opened {@link #within}
   * @param sockets whether the agent sees the launcher's sockets
   * @throws UnsoundImageException if the image cannot be started as it is
   * @throws IllegalArgumentException if a variable would open a side door
   */
  public ContainerLaunch plan(
      ReferenceStatement.Launch launch,
      List<String> arguments,
      Map<String, String> environment,
      Optional<InetSocketAddress> proxy,
      Optional<TrustFiles> trust,
      Optional<AgentSpace> space,
      boolean sockets)
      throws IOException, InterruptedException {
    ImageConfig config = measured.config();
    List<String> command =
        new ArrayList<>(launch.entrypoint() == null ? config.entrypoint() : launch.entrypoint());
    command.addAll(arguments);
    if (command.isEmpty() || command.getFirst().isEmpty()) {
      throw new UnsoundImageException(
          "the image names no program to start; give it an entry point, or the statement one");
    }
    Map<String, String> variables =
        ContainerLaunch.environment(
            ofImage(config),
            environment,
            proxy,
            trust.map(files -> new TrustFiles.Place("/" + TRUST)));
    String directoryInside = config.workingDir().isEmpty() ? "/" : config.workingDir();
    return mount.within(
        () -> {
          furnish(directoryInside);
          if (trust.isPresent()) {
            place(trust.get());
          }
          if (sockets) {
            files.require("run");
            files.require(ContainerLaunch.SOCKETS.toString().substring(1));
          }
          String user = launch.user() == null ? config.user() : launch.user();
          RuntimeConfig told =
              new RuntimeConfig(
                  command,
                  variables,
                  directoryInside,
                  user(user),
                  idBase,
                  launch.limits(),
                  Cgroups.path(directory.name()),
                  sockets ? Optional.of(directory.sockets()) : Optional.empty());
          Files.write(
              mount.at().resolve("config.json"), told.encode(), StandardOpenOption.CREATE_NEW);
          Path state = Files.createDirectory(mount.at().resolve("state"));
          mount.seal(state, STATE_BYTES);
          long device = ((Number) Files.getAttribute(files.root(), "unix:dev")).longValue();
          return ContainerLaunch.plan(host, mount, told, directory.name(), device, space);
        });
  }

  /** Where the runtime mounts something, there must be a directory already: it cannot make one. */
  private void furnish(String workingDirectory) throws IOException {
    files.require("proc", 0555);
    files.require("dev", 0755);
    files.require("sys", 0755);
    files.require("sys/fs", 0755);
    files.require("sys/fs/cgroup", 0755);
    files.require("tmp", 01777);
    String inside = workingDirectory.replaceAll("^/+|/+$", "");
    if (!inside.isEmpty()) {
      files.require(inside);
    }
  }

  /** For the container's eyes only: the mount that holds it becomes read-only. */
  private void place(TrustFiles trust) throws IOException {
    files.require(TRUST, 0755);
    RootFiles.Owner root = new RootFiles.Owner(0, 0);
    Instant made = Instant.EPOCH;
    files.file(
        TRUST + "/" + TrustFiles.PEM, root, 0444, made, new ByteArrayInputStream(trust.pem()));
    files.file(
        TRUST + "/" + TrustFiles.STORE, root, 0444, made, new ByteArrayInputStream(trust.store()));
  }

  private ImageUser user(String words) throws IOException {
    ImageUser user = ImageUser.of(words, files.root());
    if (idBase.isEmpty() && (user.uid() == 0 || user.gid() == 0)) {
      throw new UnsoundImageException(
          "the image's user is root, which would be this host's: there are no user namespaces"
              + " here; have the statement name another user");
    }
    return user;
  }

  private static Map<String, String> ofImage(ImageConfig config) throws UnsoundImageException {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String variable : config.env()) {
      int equals = variable.indexOf('=');
      if (equals < 1) {
        throw new UnsoundImageException("the image's variables: expected NAME=VALUE");
      }
      variables.put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    return variables;
  }

  /** Does something where its files can be seen. */
  public <T> T within(Callable<T> work) throws IOException, InterruptedException {
    return mount.within(work);
  }

  /** For sockets of the launcher's, as the host sees it. */
  public Path sockets() {
    return directory.sockets();
  }

  /** Starts the container, from where its files can be seen. */
  public AgentProcess start(ContainerLaunch plan, Runnable forked)
      throws IOException, InterruptedException {
    return mount.within(() -> AgentProcess.start(plan, plan.space(), forked));
  }

  /** Ends what still runs of it, and gives its memory back. */
  @Override
  public void close() throws IOException {
    try (mount) {
      host.cgroups().remove(directory.name());
    }
  }
}

// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A TPM maker: a certificate authority in a directory, whose root a verifier may pin, and which
 * manufactures simulated TPMs with EK and platform certificates. Each TPM has seeds of its own.
 */
public final class TpmMaker {
  private static final Duration MANUFACTURE = Duration.ofSeconds(60);

  private final Path directory;
  private final X509Certificate root;
  private final X509Certificate issuer;

  private TpmMaker(Path directory) throws IOException {
    this.directory = directory.toAbsolutePath().normalize();
    this.root = read(rootFile());
    this.issuer = read(issuerFile());
  }

  /** Opens the maker in a directory, founding it first if there is none. */
  public static TpmMaker in(Path directory, String name, SecureRandom random) throws IOException {
    return Files.exists(directory.resolve("ca/issuercert.pem"))
        ? open(directory)
        : found(directory, name, Instant.now(), random);
  }

  /**
   * Founds a maker: makes its root and issuer certificates.
   *
   * @param name part of the certificates' subject, 1 to 40 letters, digits, spaces, '.', '_', '-'
   * @param now the certificates are valid from an hour before for ten years
   */
  public static TpmMaker found(Path directory, String name, Instant now, SecureRandom random)
      throws IOException {
    if (Files.exists(directory.resolve("ca/issuercert.pem"))) {
      throw new TpmSimulationException("expected no TPM maker in " + directory + ", found one");
    }
    MakerCertificates certificates = MakerCertificates.generate(name, now, random);
    Path ca = directory.toAbsolutePath().normalize().resolve("ca");
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    Files.createDirectories(directory, ownerOnly);
    Files.createDirectories(ca, ownerOnly);
    writePrivate(
        ca.resolve("signkey.pem"), MakerCertificates.pem(certificates.issuerKey().getPrivate()));
    writePrivate(ca.resolve("rootcert.pem"), MakerCertificates.pem(certificates.root()));
    Path setup = directory.toAbsolutePath().normalize();
    writePrivate(
        setup.resolve("localca.conf"),
        "statedir = %1$s%nsigningkey = %1$s/signkey.pem%nissuercert = %1$s/issuercert.pem%ncertserial = %1$s/certserial%n"
            .formatted(ca));
    writePrivate(
        setup.resolve("localca.options"),
        "--platform-manufacturer Signet\n--platform-version 1\n--platform-model simulator\n");
    writePrivate(
        setup.resolve("setup.conf"),
        "create_certs_tool= swtpm_localca%ncreate_certs_tool_config = %1$s/localca.conf%ncreate_certs_tool_options = %1$s/localca.options%nactive_pcr_banks = sha256%n"
            .formatted(setup));
    // Last: its presence says that the maker is whole.
    writePrivate(ca.resolve("issuercert.pem"), MakerCertificates.pem(certificates.issuer()));
    return new TpmMaker(directory);
  }

  /** Opens a maker founded before. */
  public static TpmMaker open(Path directory) throws IOException {
    return new TpmMaker(directory);
  }

  /** The root of trust for EK certificates of this maker: what a verifier pins. */
  public X509Certificate root() {
    return root;
  }

  /** The issuer between root and EK certificates; TPMs do not carry it, so a verifier needs it. */
  public X509Certificate issuer() {
    return issuer;
  }

  /** PEM file of {@link #root()}. */
  public Path rootFile() {
    return directory.resolve("ca/rootcert.pem");
  }

  /** PEM file of {@link #issuer()}. */
  public Path issuerFile() {
    return directory.resolve("ca/issuercert.pem");
  }

  /**
   * Manufactures a TPM: fresh seeds, an RSA-2048 and a P-384 EK with certificates in NV, a platform
   * certificate, only the SHA-256 bank active, NV locked. Takes about a second. The TPM is off.
   *
   * @param target the TPM's directory; it must hold no TPM yet
   */
  public SimulatedTpm manufacture(Path target) throws IOException {
    TpmSimulation.require();
    TpmDirectory place = new TpmDirectory(target);
    if (place.manufactured()) {
      throw new TpmSimulationException("expected no TPM in " + target + " yet, found one");
    }
    place.create();
    Path log = place.path().resolve("manufacture.log");
    Process setup =
        new ProcessBuilder(
                "swtpm_setup",
                "--tpm2",
                "--tpmstate",
                place.state().toString(),
                "--config",
                directory.resolve("setup.conf").toString(),
                "--create-ek-cert",
                "--create-platform-cert",
                "--lock-nvram",
                "--vmid",
                vmId(place.path()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    try {
      if (!setup.waitFor(MANUFACTURE.toSeconds(), TimeUnit.SECONDS)) {
        throw new TpmSimulationException(
            "swtpm_setup did not end within " + MANUFACTURE + "; see " + log);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TpmSimulationException("interrupted while manufacturing", e);
    } finally {
      setup.descendants().forEach(ProcessHandle::destroyForcibly);
      setup.destroyForcibly();
    }
    if (setup.exitValue() != 0 || !place.manufactured()) {
      throw new TpmSimulationException(
          "swtpm_setup ended with " + setup.exitValue() + ": " + Files.readString(log).strip());
    }
    return SimulatedTpm.in(target);
  }

  /** Manufactures several at once, as many at a time as there are processors. */
  public List<SimulatedTpm> manufacture(List<Path> targets) throws IOException {
    List<Callable<SimulatedTpm>> jobs = new ArrayList<>();
    for (Path target : targets) {
      jobs.add(() -> manufacture(target));
    }
    List<SimulatedTpm> made = new ArrayList<>();
    try (var workers =
        Executors.newFixedThreadPool(Math.max(1, Runtime.getRuntime().availableProcessors()))) {
      for (Future<SimulatedTpm> job : workers.invokeAll(jobs)) {
        made.add(job.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TpmSimulationException("interrupted while manufacturing", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io
          ? io
          : new TpmSimulationException("manufacturing failed", e.getCause());
    }
    return List.copyOf(made);
  }

  /** swtpm_localca puts it into the certificates' subject; it takes a plain name only. */
  private static String vmId(Path directory) {
    String plain = directory.getFileName().toString().replaceAll("[^A-Za-z0-9-]", "-");
    return "signet-" + plain.substring(0, Math.min(32, plain.length()));
  }

  private static void writePrivate(Path file, String text) throws IOException {
    Files.deleteIfExists(file); // of a founding that was cut off
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE);
  }

  private static X509Certificate read(Path pem) throws IOException {
    if (!Files.exists(pem)) {
      throw new TpmSimulationException(
          "expected a TPM maker's certificate in " + pem + ", found none; found the maker first");
    }
    try (var in = Files.newInputStream(pem)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    } catch (CertificateException e) {
      throw new TpmSimulationException("expected a PEM certificate in " + pem, e);
    }
  }
}

// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.config;

import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The verifier's configuration; {@code signet-verifier.example.yaml} documents every key. Relative
 * paths are relative to the file.
 *
 * @param operations the listener of health and metrics, or null: then the main listener answers
 *     them to loopback only
 * @param makers directory of certificates, PEM or DER: self-signed ones are trusted roots
 * @param platforms who vouches for machines; nothing: platform certificates are passed over
 * @param trustedRoot a Sigstore's trusted root, or null: then no agent may have keyless signers
 * @param requireBoundTokens a join token without a TPM is not given out and admits nobody
 * @param firmwareFloors lowest firmwareVersion (u64) by manufacturer, {@code id:} and eight
 *     hexadecimal digits
 * @param refuseCopied whether a host that seems to be in two places is refused, not only shown
 * @param pcrs SHA-256 bank indexes that a quote covers, ascending
 * @param authorities {@code scheme://authority} that requests shown to /v1/verify may name
 * @param keepDecisions how long the audit log keeps an entry; nothing for ever
 * @param keys where the verifier's private keys are
 * @param svids what this verifier is as a SPIFFE trust domain; nothing: it issues no SVIDs
 */
public record ServiceConfig(
    String issuer,
    Listen listen,
    Listen operations,
    Tls tls,
    Path dataDir,
    Path makers,
    boolean allowSimulators,
    Optional<PlatformCertificates> platforms,
    Path trustedRoot,
    boolean requireBoundTokens,
    Map<String, Long> firmwareFloors,
    boolean refuseCopied,
    List<Integer> pcrs,
    int registerPcr,
    Duration tokenLife,
    List<Operator> operators,
    List<CallingService> services,
    List<String> authorities,
    Optional<Duration> keepDecisions,
    Optional<Svids> svids,
    KeyPlace keys,
    ServiceLimits limits) {
  public ServiceConfig {
    firmwareFloors = Map.copyOf(firmwareFloors);
    pcrs = List.copyOf(pcrs);
    operators = List.copyOf(operators);
    services = List.copyOf(services);
    authorities = List.copyOf(authorities);
  }

  /**
   * Where a listener is bound.
   *
   * @param port 0 for one that the system chooses
   */
  public record Listen(String host, int port) {}

  /**
   * The server's certificate.
   *
   * @param certificate PEM chain; null with {@code names}
   * @param key PKCS #8 PEM; null with {@code names}
   * @param names the names in a self-signed certificate made once in the data directory
   */
  public record Tls(Path certificate, Path key, List<String> names) {
    public Tls {
      names = List.copyOf(names);
    }

    public boolean generated() {
      return certificate == null;
    }
  }

  /**
   * Platform certificates.
   *
   * @param issuers directory of certificates, PEM or DER: self-signed ones are trusted roots, the
   *     others sign or are authorities between
   * @param required a host without a platform certificate neither enrols nor attests
   */
  public record PlatformCertificates(Path issuers, boolean required) {}

  /**
   * A SPIFFE trust domain.
   *
   * @param trustDomain of the agents that get SVIDs
   * @param refreshHint after which readers of the bundle should read it again
   * @param publishAhead how long a new key is published before it signs
   */
  public record Svids(String trustDomain, Duration refreshHint, Duration publishAhead) {}

  /** Where the verifier's private keys are; passwords and PINs are in files of their own. */
  public sealed interface KeyPlace {
    /** {@code keys/} in the data directory. */
    record Files() implements KeyPlace {}

    /** One PKCS #12 file. */
    record Pkcs12(Path file, Path passwordFile) implements KeyPlace {}

    /**
     * A token behind PKCS #11: an HSM, or this machine's TPM.
     *
     * @param library the module, absolute
     * @param slot index in the module's list of slots
     */
    record Pkcs11(Path library, int slot, Path pinFile) implements KeyPlace {}
  }

  /** Rights of an operator; each call needs exactly one. */
  public enum Role {
    ADMIT("admit"),
    REGISTER("register"),
    REVOKE("revoke"),
    LOWER_FLOOR("lower-floor"),
    REINSTATE("reinstate"),
    AUDIT("audit"),
    ROTATE("rotate");

    private final String wireName;

    Role(String wireName) {
      this.wireName = wireName;
    }

    public String wireName() {
      return wireName;
    }

    static Role parse(String text) {
      for (Role role : values()) {
        if (role.wireName.equals(text)) {
          return role;
        }
      }
      throw new IllegalArgumentException("no such role");
    }
  }

  /**
   * How a caller proves who it is; exactly one is not null.
   *
   * @param tokenSha256 of the bearer token's text
   * @param certificateSha256 of the DER client certificate
   */
  public record Credential(Digest tokenSha256, Digest certificateSha256) {}

  public record Operator(String name, Set<Role> roles, Credential credential) {
    public Operator {
      roles = Set.copyOf(roles);
    }
  }

  /**
   * A service that asks about requests.
   *
   * @param proxy true: calls /v1/authz as a proxy; false: calls /v1/verify
   * @param bodyDigestHeader proxy only: the field in which it gives the digest of the body that it
   *     received, {@code sha256:…}; null if it does not
   * @param uncheckedBodies proxy only: accept requests with a body whose digest it does not give,
   *     and say {@code Signet-Body: unchecked}
   */
  public record CallingService(
      String name,
      boolean proxy,
      Credential credential,
      String bodyDigestHeader,
      boolean uncheckedBodies) {}

  /** Reads and checks the file. */
  public static ServiceConfig load(Path file) throws IOException, ConfigException {
    Path absolute = file.toAbsolutePath();
    return parse(absolute.toString(), Files.readAllBytes(absolute), absolute.getParent());
  }

  /**
   * @param file for messages
   * @param base what relative paths are relative to
   */
  public static ServiceConfig parse(String file, byte[] yaml, Path base) throws ConfigException {
    return ConfigReader.read(file, yaml, base);
  }
}

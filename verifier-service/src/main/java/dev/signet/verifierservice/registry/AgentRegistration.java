// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.measurements.sigstore.SignerIdentity;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.protocol.HostId;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.Limits;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Signing;
import dev.signet.verifier.appraisal.BootExpectation;
import dev.signet.verifier.appraisal.KeyRequirement;
import dev.signet.verifier.appraisal.LauncherExpectation;
import dev.signet.verifier.appraisal.Registration;
import dev.signet.verifier.ima.ImaAppraiser;
import dev.signet.verifier.verification.BaselineRule;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an agent is and where it may run: the body of {@code PUT /v1/registrations?agent=…}. The
 * floor of its security version is apart, so that writing a registration cannot lower it.
 *
 * @param hosts where it may run; nowhere else
 * @param signers whose reference statements are believed, P-256
 * @param identities keyless signers whose reference statements are believed, too
 * @param boot what the boot PCRs must show
 * @param baselines what the launch register may hold before the first event; null for 32 zero bytes
 * @param register {@code nv}: its launches must be recorded where only the launcher can; null: the
 *     result says where
 * @param launcher which launchers may launch it
 * @param raiseFloor {@code accepted}: the floor follows the highest security version that was
 *     accepted; null: operators alone raise it
 * @param isolation {@code full}: it must be isolated in full; null: the result says how it is
 * @param keys how the keys behind its requests must be kept and used; null: the result says how
 * @param svids what the agent may have beside its identity token; null: nothing
 * @param ima what its hosts' kernels may have measured; null: IMA's log is not judged
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AgentRegistration(
    List<HostId> hosts,
    List<PublicJwk> signers,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SignerIdentity> identities,
    Boot boot,
    List<Digest> baselines,
    String register,
    Launcher launcher,
    String raiseFloor,
    String isolation,
    Keys keys,
    Svids svids,
    Ima ima) {
  /** The only other value of {@code raiseFloor} than none. */
  public static final String ACCEPTED = "accepted";

  /** The only other value of {@code register} than none. */
  public static final String NV = "nv";

  /** The only other value of {@code isolation} than none. */
  public static final String FULL = "full";

  /** Bounds of one registration. */
  private static final int MAX_HOSTS = 10_000;

  private static final int MAX_OTHERS = 64;

  /**
   * Values, a policy for the firmware event log, or a waiver.
   *
   * @param pinned values of boot PCRs by index
   * @param waivedPcrs with {@code pinned}: quoted PCRs that are not judged, each with a reason
   * @param firmwareLog what the firmware event log must show
   * @param waived why the boot is not judged at all; every result says so
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Boot(
      SortedMap<Integer, Digest> pinned,
      SortedMap<Integer, String> waivedPcrs,
      FirmwareLogPolicy firmwareLog,
      String waived) {
    public Boot {
      if (Stream.of(pinned, firmwareLog, waived).filter(Objects::nonNull).count() != 1
          || (waivedPcrs != null && pinned == null)) {
        throw new IllegalArgumentException("boot: expected one of pinned, firmwareLog and waived");
      }
      pinned = pinned == null ? null : new TreeMap<>(pinned);
      waivedPcrs = waivedPcrs == null ? null : new TreeMap<>(waivedPcrs);
      expectation(pinned, waivedPcrs, firmwareLog, waived);
    }

    /** Without a firmware event log. */
    public Boot(
        SortedMap<Integer, Digest> pinned, SortedMap<Integer, String> waivedPcrs, String waived) {
      this(pinned, waivedPcrs, null, waived);
    }

    BootExpectation expectation() {
      return expectation(pinned, waivedPcrs, firmwareLog, waived);
    }

    private static BootExpectation expectation(
        SortedMap<Integer, Digest> pinned,
        SortedMap<Integer, String> waivedPcrs,
        FirmwareLogPolicy firmwareLog,
        String waived) {
      if (firmwareLog != null) {
        return new BootExpectation.FirmwareLog(firmwareLog);
      }
      if (pinned == null) {
        return new BootExpectation.Waived(reason(waived, "boot.waived"));
      }
      for (int pcr : pinned.keySet()) {
        if (pcr < 0 || pcr > 23) {
          throw new IllegalArgumentException("boot.pinned: expected PCR indexes from 0 to 23");
        }
      }
      Map<Integer, String> reasons = waivedPcrs == null ? Map.of() : waivedPcrs;
      reasons.values().forEach(r -> reason(r, "boot.waivedPcrs"));
      return new BootExpectation.Pinned(pinned, reasons);
    }
  }

  /**
   * Either digests or a waiver.
   *
   * @param permitted the launchers' own digests
   * @param waived why any launcher will do
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Launcher(List<Digest> permitted, String waived) {
    public Launcher {
      if ((permitted == null) == (waived == null)) {
        throw new IllegalArgumentException("launcher: expected either permitted or waived");
      }
      permitted = permitted == null ? null : distinct(permitted, MAX_OTHERS, "launcher.permitted");
      if (waived != null) {
        reason(waived, "launcher.waived");
      }
    }

    LauncherExpectation expectation() {
      return permitted == null
          ? new LauncherExpectation.Waived(waived)
          : new LauncherExpectation.Permitted(Set.copyOf(permitted));
    }
  }

  /**
   * What is asked of the keys behind requests, at least one of the two.
   *
   * @param protection {@code resident}: the request key must be one that never leaves the TPM
   * @param signing {@code direct}: it must sign every request itself, without a lease
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Keys(KeyProtection protection, Signing signing) {
    public Keys {
      if (protection == null && signing == null) {
        throw new IllegalArgumentException("keys: expected protection or signing");
      }
      if (protection == KeyProtection.SEALED) {
        throw new IllegalArgumentException(
            "keys.protection: expected \"resident\", or no such member");
      }
      if (signing == Signing.LEASE) {
        throw new IllegalArgumentException("keys.signing: expected \"direct\", or no such member");
      }
    }
  }

  /**
   * What SVIDs and tokens the agent may have. What is not there it may not have.
   *
   * @param x509 whether X509-SVIDs
   * @param wit whether WIT-SVIDs of keys that the agent holds
   * @param jwt audiences of its JWT-SVIDs, compared exactly
   * @param tokens audiences of its tokens for federation by OpenID Connect, compared exactly
   * @param tokenSeconds longest life of those; null for ten minutes
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Svids(
      Boolean x509, Boolean wit, List<String> jwt, List<String> tokens, Long tokenSeconds) {
    public Svids {
      jwt = jwt == null ? null : audiences(jwt, "svids.jwt");
      tokens = tokens == null ? null : audiences(tokens, "svids.tokens");
      long most = Limits.FEDERATION_TOKEN_LIFE_MAX.toSeconds();
      if (tokenSeconds != null && (tokens == null || tokenSeconds < 1 || tokenSeconds > most)) {
        throw new IllegalArgumentException(
            "svids.tokenSeconds: expected 1 to " + most + ", beside svids.tokens");
      }
    }

    public boolean permitsX509() {
      return Boolean.TRUE.equals(x509);
    }

    public boolean permitsWit() {
      return Boolean.TRUE.equals(wit);
    }

    public boolean permitsJwt(List<String> audience) {
      return jwt != null && jwt.containsAll(audience);
    }

    public boolean permitsToken(String audience) {
      return tokens != null && tokens.contains(audience);
    }

    /** The longest life of a token. */
    public Duration tokenLife() {
      return tokenSeconds == null ? Limits.FEDERATION_TOKEN_LIFE : Duration.ofSeconds(tokenSeconds);
    }

    private static List<String> audiences(List<String> given, String name) {
      List<String> out = distinct(given, MAX_OTHERS, name);
      for (String audience : out) {
        if (audience.isEmpty() || audience.length() > Limits.AUDIENCE_CHARS) {
          throw new IllegalArgumentException(
              name + ": expected audiences of 1 to " + Limits.AUDIENCE_CHARS + " characters");
        }
      }
      return out;
    }
  }

  /**
   * What IMA may have measured.
   *
   * @param policy SHA-256 of a policy that was uploaded before
   */
  public record Ima(Digest policy) {
    public Ima {
      if (policy == null) {
        throw new IllegalArgumentException("ima.policy: expected a policy's digest");
      }
    }
  }

  public AgentRegistration {
    hosts = distinct(hosts, MAX_HOSTS, "hosts");
    identities = identities == null ? List.of() : distinct(identities, MAX_OTHERS, "identities");
    signers =
        signers == null && !identities.isEmpty()
            ? List.of()
            : distinct(signers, MAX_OTHERS, "signers");
    if (signers.isEmpty() && identities.isEmpty()) {
      throw new IllegalArgumentException("signers: expected at least one, or identities");
    }
    if (boot == null) {
      throw new IllegalArgumentException(
          "boot: expected pinned values, a firmwareLog policy or a waiver");
    }
    baselines = baselines == null ? null : distinct(baselines, MAX_OTHERS, "baselines");
    if (launcher == null) {
      throw new IllegalArgumentException("launcher: expected permitted digests or a waiver");
    }
    if (raiseFloor != null && !raiseFloor.equals(ACCEPTED)) {
      throw new IllegalArgumentException(
          "raiseFloor: expected \"" + ACCEPTED + "\", or no such member");
    }
    if (register != null && !register.equals(NV)) {
      throw new IllegalArgumentException("register: expected \"" + NV + "\", or no such member");
    }
    if (isolation != null && !isolation.equals(FULL)) {
      throw new IllegalArgumentException("isolation: expected \"" + FULL + "\", or no such member");
    }
    if (baselines != null && baselines.isEmpty()) {
      throw new IllegalArgumentException("baselines: expected at least one, or no such member");
    }
  }

  /** One whose hosts' logs of IMA are not judged. */
  public AgentRegistration(
      List<HostId> hosts,
      List<PublicJwk> signers,
      List<SignerIdentity> identities,
      Boot boot,
      List<Digest> baselines,
      String register,
      Launcher launcher,
      String raiseFloor,
      String isolation,
      Keys keys,
      Svids svids) {
    this(
        hosts,
        signers,
        identities,
        boot,
        baselines,
        register,
        launcher,
        raiseFloor,
        isolation,
        keys,
        svids,
        null);
  }

  /** An agent whose statements are signed with pinned keys. */
  public AgentRegistration(
      List<HostId> hosts,
      List<PublicJwk> signers,
      Boot boot,
      List<Digest> baselines,
      Launcher launcher) {
    this(hosts, signers, List.of(), boot, baselines, null, launcher, null, null, null, null);
  }

  /**
   * For the appraisal of evidence.
   *
   * @param policy the one that {@link #ima} names, exactly where it names one
   */
  public Registration appraised(AgentId agent, long floor, Optional<ImaAppraiser> policy) {
    if (policy.isPresent() != (ima != null)) {
      throw new IllegalArgumentException("expected the IMA policy that the registration names");
    }
    return new Registration(
        agent,
        Set.copyOf(hosts),
        Stream.concat(
                signers.stream().map(PublicJwk::thumbprint),
                identities.stream().map(SignerIdentity::name))
            .collect(Collectors.toSet()),
        floor,
        boot.expectation(),
        baselines == null ? BaselineRule.zeros() : new BaselineRule(Set.copyOf(baselines)),
        register != null,
        launcher.expectation(),
        isolation != null,
        policy,
        keys == null
            ? KeyRequirement.NONE
            : new KeyRequirement(keys.protection() != null, keys.signing() != null));
  }

  private static String reason(String text, String name) {
    if (text == null || text.isBlank() || text.length() > 255) {
      throw new IllegalArgumentException(name + ": expected a reason of 1 to 255 characters");
    }
    return text;
  }

  private static <T> List<T> distinct(List<T> given, int max, String name) {
    if (given == null || given.size() > max || new HashSet<>(given).size() != given.size()) {
      throw new IllegalArgumentException(name + ": expected up to " + max + ", each once");
    }
    return List.copyOf(given);
  }
}

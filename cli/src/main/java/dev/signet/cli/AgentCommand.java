// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.Signing;
import dev.signet.verifierservice.registry.AgentRegistration;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "agent",
    description = "Registers agents and shows them (operators with the role register).",
    subcommands = {
      AgentCommand.Register.class,
      AgentCommand.Show.class,
      AgentCommand.ListAgents.class,
      AgentCommand.Remove.class,
      AgentCommand.Floor.class
    },
    footerHeading = "%nExamples:%n",
    footer = "  signet agent list")
final class AgentCommand {
  private static final String ALL = "/v1/registrations";

  private static String path(AgentId agent) {
    return ALL + "?agent=" + URLEncoder.encode(agent.value(), StandardCharsets.UTF_8);
  }

  /** What is asked about one agent. */
  abstract static class OneAgent extends OperatorCommand {
    @Parameters(paramLabel = "AGENT")
    AgentId agent;

    OneAgent(Invocation invocation) {
      super(invocation);
    }
  }

  @Command(
      name = "register",
      description = {
        "Says what an agent is and where it may run; replaces what was said before, but for the"
            + " floor of its security version.",
        "What is not judged must be waived with a reason; every identity token then says so."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  signet agent register spiffe://example.org/agent/billing --host build-7 --signer"
            + " ci.pub.pem --boot-pcr 7=sha256:… --waive-pcr 0=\"firmware differs\""
            + " --any-launcher \"measured by the boot\"",
        "  signet agent register spiffe://example.org/agent/billing --host build-7 \\",
        "      --identity https://github.com/acme/agent/.github/workflows/release.yml@refs/tags/v1 \\",
        "      --issuer https://token.actions.githubusercontent.com \\",
        "      --claim runnerEnvironment=github-hosted …"
      })
  static final class Register extends OperatorCommand {
    @Parameters(paramLabel = "AGENT", description = "Its SPIFFE ID.")
    private AgentId agent;

    @Option(names = "--host", required = true, description = "Where it may run. May be repeated.")
    private List<HostId> hosts = new ArrayList<>();

    @Mixin private SignerOptions signers;

    @Mixin private SvidOptions svids;

    @Option(
        names = "--boot-pcr",
        paramLabel = "PCR=sha256:HEX",
        description = "What a boot PCR must be. May be repeated.")
    private Map<Integer, Digest> pcrs = new TreeMap<>();

    @Option(
        names = "--waive-pcr",
        paramLabel = "PCR=REASON",
        description = "A quoted PCR that is not judged. May be repeated.")
    private Map<Integer, String> waivedPcrs = new TreeMap<>();

    @Option(
        names = "--boot-policy",
        paramLabel = "FILE",
        description =
            "What the host's firmware event log must show, in place of --boot-pcr and --waive-pcr;"
                + " signet policy learn eventlog makes one.")
    private Path bootPolicy;

    @Option(
        names = "--waive-boot",
        paramLabel = "REASON",
        description = "Judge no boot PCR at all (simulators).")
    private String waivedBoot;

    @Option(
        names = "--raise-floor",
        description =
            "The floor of the security version follows the newest build that was accepted.")
    private boolean raiseFloor;

    @Option(
        names = "--require-isolation",
        description =
            "It must have a user, network and file systems of its own (signet run"
                + " --isolation=full), by its launcher's word.")
    private boolean requireIsolation;

    @Option(
        names = "--require-nv-register",
        description =
            "Its launches must be recorded in a register that other users of the host's TPM cannot"
                + " extend (signet provision --register nv).")
    private boolean requireNvRegister;

    @Option(
        names = "--ima-policy",
        paramLabel = "sha256:HEX",
        description =
            "What the hosts' kernels may have measured: a policy that 'signet policy upload'"
                + " brought.")
    private Digest imaPolicy;

    @Option(
        names = "--require-resident-key",
        description =
            "Its request key must be one that never leaves the TPM (signet run"
                + " --key-protection=resident), which the TPM proves.")
    private boolean requireResidentKey;

    @Option(
        names = "--no-lease",
        description =
            "Its request key must sign every request itself (signet run --signing=direct).")
    private boolean noLease;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Launchers launchers;

    /** Which launchers may start it. */
    static final class Launchers {
      @Option(
          names = "--launcher",
          paramLabel = "sha256:HEX",
          description = "A launcher that may start it. May be repeated.")
      private List<Digest> permitted = new ArrayList<>();

      @Option(
          names = "--any-launcher",
          paramLabel = "REASON",
          description =
              "Any launcher may; its digest is its own word anyway unless the boot is judged.")
      private String waived;
    }

    Register(Invocation invocation) {
      super(invocation);
    }

    private AgentRegistration.Keys keys() {
      return requireResidentKey || noLease
          ? new AgentRegistration.Keys(
              requireResidentKey ? KeyProtection.RESIDENT : null, noLease ? Signing.DIRECT : null)
          : null;
    }

    @Override
    Request request() throws CommandFailure, IOException {
      signers.requireSomebody();
      try {
        return new Request(
            "PUT",
            path(agent),
            new AgentRegistration(
                hosts,
                signers.keys(),
                signers.identities(),
                new AgentRegistration.Boot(
                    (waivedBoot != null || bootPolicy != null) && pcrs.isEmpty()
                        ? null
                        : new TreeMap<>(pcrs),
                    waivedPcrs.isEmpty() ? null : new TreeMap<>(waivedPcrs),
                    bootPolicy == null ? null : FirmwareLogFile.policy(bootPolicy),
                    waivedBoot),
                null,
                requireNvRegister ? AgentRegistration.NV : null,
                new AgentRegistration.Launcher(
                    launchers.waived == null ? launchers.permitted : null, launchers.waived),
                raiseFloor ? AgentRegistration.ACCEPTED : null,
                requireIsolation ? AgentRegistration.FULL : null,
                keys(),
                svids.permitted(),
                imaPolicy == null ? null : new AgentRegistration.Ima(imaPolicy)));
      } catch (IllegalArgumentException e) {
        throw CommandFailure.usage(e.getMessage());
      }
    }
  }

  @Command(
      name = "show",
      description = "One agent's registration.",
      footerHeading = "%nExamples:%n",
      footer = "  signet agent show spiffe://example.org/agent/billing")
  static final class Show extends OneAgent {
    Show(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() {
      return Request.get(path(agent));
    }
  }

  @Command(
      name = "list",
      description = "All registered agents.",
      footerHeading = "%nExamples:%n",
      footer = "  signet agent list")
  static final class ListAgents extends OperatorCommand {
    ListAgents(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() {
      return Request.get(ALL);
    }
  }

  @Command(
      name = "remove",
      description = "Takes a registration back; the agent runs nowhere.",
      footerHeading = "%nExamples:%n",
      footer = "  signet agent remove spiffe://example.org/agent/billing")
  static final class Remove extends OneAgent {
    Remove(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() {
      return Request.delete(path(agent));
    }

    @Override
    void tell(JsonNode answer, OperatorOptions how, Invocation to) {
      how.done(to, "removed   " + agent);
    }
  }

  @Command(
      name = "floor",
      description = {
        "Sets the floor of an agent's security version: older builds are refused from then on.",
        "Lowering it needs the role lower-floor. Launchers that have started newer builds go back"
            + " only once it was lowered; --lower says so where it never stood above SVN."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  signet agent floor spiffe://example.org/agent/billing 4",
        "  signet agent floor spiffe://example.org/agent/billing 3 --lower"
      })
  static final class Floor extends OperatorCommand {
    @Parameters(index = "0", paramLabel = "AGENT")
    private AgentId agent;

    @Parameters(index = "1", paramLabel = "SVN", description = "The lowest accepted version.")
    private long securityVersion;

    @Option(names = "--lower", description = "Let launchers that ran newer builds go back.")
    private boolean lower;

    private record Bound(AgentId agent, long securityVersion, boolean lower) {}

    Floor(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() {
      return Request.post("/v1/floors", new Bound(agent, securityVersion, lower));
    }
  }
}

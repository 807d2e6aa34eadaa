// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.Provisioning;
import dev.signet.attestor.ProvisioningOptions;
import dev.signet.attestor.RequestKey;
import dev.signet.launcher.Answer;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.AttestationResult;
import dev.signet.verifierservice.registry.AgentRegistration;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The launch register in an NV index, from provisioning to the token. */
class NvRegisterSystemTest {
  private static Site site;

  @BeforeAll
  static void start() throws Exception {
    site = Site.build(java.time.Duration.ofMinutes(5));
  }

  @AfterAll
  static void stop() throws Exception {
    site.close();
  }

  /** Any user of the TPM can do this. */
  private static void extend(DemoHost host, int pcr) throws Exception {
    ProcessBuilder tool = new ProcessBuilder("tpm2_pcrextend", pcr + ":sha256=" + "ab".repeat(32));
    tool.environment().put("TPM2TOOLS_TCTI", host.simulatedTpm().tcti());
    Process process = tool.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }

  private static Appraisal.Register register(AttestationResult result) {
    return result.appraisal().register();
  }

  @Test
  void attack19OtherUsersOfTheTpmEndAttestationByAPcrRegisterAndNotByAnNvRegister()
      throws Exception {
    DemoHost host = site.host();
    InProcessLaunch byPcr = InProcessLaunch.of(site);
    try (RequestKey key = byPcr.release()) {
      assertThat(register(byPcr.attest(key))).isEqualTo(Appraisal.Register.PCR);
      site.register(Site.AGENT, null, AgentRegistration.NV, host);
      assertThat(byPcr.flow().attest(key))
          .isInstanceOfSatisfying(
              Answer.Refused.class,
              refused -> assertThat(refused.problem().reason()).hasToString("REGISTER_REJECTED"));
      extend(host, Site.REGISTER);
      assertThat(failure(byPcr, key)).contains("register moved outside the log");
    }
    host.reboot();
    Attestor hardened = harden(host);
    assertThat(hardened.nvRegister()).isPresent();
    host.reboot();
    InProcessLaunch byNv = InProcessLaunch.of(site);
    extend(host, Site.REGISTER);
    try (RequestKey key = byNv.release()) {
      assertThat(register(byNv.attest(key))).isEqualTo(Appraisal.Register.NV);
      extend(host, Site.REGISTER);
      assertThat(register(byNv.attest(key))).isEqualTo(Appraisal.Register.NV);
    }
  }

  private static String failure(InProcessLaunch launch, RequestKey key) throws Exception {
    try {
      return launch.flow().attest(key).toString();
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private static Attestor harden(DemoHost host) throws IOException {
    var options = ProvisioningOptions.none().withRegister(Site.REGISTER);
    return ((Provisioning.Outcome.Provisioned)
            Provisioning.provision(host.attestor().tpm(), host.state(), options))
        .attestor();
  }
}

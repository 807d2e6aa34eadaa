// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.tpmsim.SimulatedTpm;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator types: provision, boot, register, doctor, deprovision. */
class HardeningCommandsIT {
  @TempDir Path directory;
  private final CommandRun run = new CommandRun();
  private SimulatedTpm tpm;

  @BeforeEach
  void powerOn() throws Exception {
    tpm = SimulatedTpm.in(directory.resolve("tpm"));
    tpm.start();
    run.environment.put("SIGNET_TPM", tpm.address());
    run.environment.put("SIGNET_STATE", directory.resolve("state").toString());
    run.good("keys", "new", "--out", directory.resolve("boot"));
    run.good("keys", "new", "--out", directory.resolve("safe"));
  }

  @AfterEach
  void powerOff() throws Exception {
    tpm.close();
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  private void approve() throws Exception {
    Files.writeString(file("state.json"), run.good("boot", "state").out());
    Files.writeString(
        file("approval.json"),
        run.good("boot", "approve", file("state.json"), "--key", file("boot.pem")).out());
    assertThat(run.good("boot", "accept", file("approval.json")).out()).contains("is approved");
  }

  private String doctor(String check) throws Exception {
    for (JsonNode each : run.signet("doctor", "--json").json().get("checks")) {
      if (each.get("check").asText().equals(check)) {
        return each.get("state").asText() + " " + each.get("found").asText();
      }
    }
    return "nothing";
  }

  @Test
  void hostIsHardenedWatchedRecoveredAndTakenBack() throws Exception {
    String[] harden = {
      "provision",
      "--register",
      "nv",
      "--boot-approver",
      file("boot.pub.pem").toString(),
      "--escrow-to",
      file("safe.pub.pem").toString()
    };
    CommandRun.Ended first = run.good((Object[]) harden);
    assertThat(first.out()).contains("not approved yet", "escrow.json", "signet boot state");
    assertThat(run.signet("register", "open").err()).contains("nobody approved the boot state");
    assertThat(doctor("ak")).startsWith("BAD BOOT_NOT_APPROVED");
    approve();
    assertThat(run.good((Object[]) harden).out()).contains("nothing to do", "NV 0x01815101");
    assertThat(doctor("register")).startsWith("BAD").contains("signet-register.service");
    assertThat(run.good("register", "open").out()).contains("moves PCR 15, 0 events");
    assertThat(run.good("register", "open", "--json").json().get("pcr").asInt()).isEqualTo(15);
    assertThat(doctor("register")).startsWith("GOOD");
    assertThat(doctor("secret")).startsWith("GOOD").contains("[0, 2, 4, 7]");
    assertThat(doctor("tpm access")).startsWith("WARNING").contains("simulator");
    assertThat(doctor("clear")).startsWith("GOOD");

    // The state directory is lost; the escrow is not.
    Files.copy(file("state").resolve("escrow.json"), file("kept.json"));
    run.environment.put("SIGNET_STATE", file("fresh").toString());
    CommandRun.Ended wrong =
        run.signet("provision", "--recover", file("kept.json"), "--recover-key", file("boot.pem"));
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.err()).contains("ESCROW_UNREADABLE");
    run.good("provision", "--recover", file("kept.json"), "--recover-key", file("safe.pem"));
    assertThat(doctor("secret")).startsWith("WARNING");
    assertThat(run.good("deprovision").out()).contains("taken back");
    assertThat(run.good("deprovision").out()).contains("nothing to take back");
    assertThat(doctor("hierarchies")).startsWith("BAD").contains("EMPTY");
  }

  @Test
  void anotherWishIsRefusedUntilReplacingIsAskedFor() throws Exception {
    run.good("provision");
    assertThat(doctor("register")).startsWith("WARNING").contains("--register nv");
    Object[] harden = {"provision", "--boot-approver", file("boot.pub.pem"), "--boot-pcr", "7"};
    CommandRun.Ended refused = run.signet(harden);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("PROVISIONED_OTHERWISE", "--replace");
    run.good("provision", "--boot-approver", file("boot.pub.pem"), "--boot-pcr", "7", "--replace");
    approve();
    assertThat(doctor("secret")).startsWith("GOOD").contains("[7]");
    for (String pcr : new String[] {"10", "15", "16", "23"}) {
      assertThat(
              run.signet("provision", "--boot-approver", file("boot.pub.pem"), "--boot-pcr", pcr)
                  .code())
          .isEqualTo(64);
    }
    assertThat(run.signet("provision", "--register", "nv", "--register-pcr", "16").err())
        .contains("PCR 16 cannot be the launch register");
    assertThat(run.signet("provision", "--register-pcr", "14").code()).isEqualTo(64);
  }
}

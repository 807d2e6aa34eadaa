// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import java.io.IOException;
import java.nio.file.Path;

/** The boot state of a provisioned host whose launcher secret is sealed, and its approvals. */
public final class HostBoot {
  private final Tpm tpm;
  private final StateDirectory directory;
  private final AttestorState state;

  private HostBoot(Tpm tpm, StateDirectory directory, AttestorState state) {
    this.tpm = tpm;
    this.directory = directory;
    this.state = state;
  }

  /**
   * @throws AttestorException NOT_PROVISIONED, also where the launcher secret is not sealed
   */
  public static HostBoot of(Tpm tpm, Path stateDirectory) throws IOException {
    StateDirectory directory = StateDirectory.open(stateDirectory);
    AttestorState state =
        AttestorState.read(directory)
            .filter(found -> found.stage() == AttestorState.Stage.COMPLETE)
            .filter(found -> found.sealed() != null)
            .orElseThrow(
                () ->
                    new AttestorException(
                        AttestorException.Reason.NOT_PROVISIONED,
                        "expected a host that was provisioned with a boot approver (signet"
                            + " provision --boot-approver)"));
    return new HostBoot(tpm, directory, state);
  }

  /** The state that the host is in now, for its approver. */
  public BootState state() throws IOException {
    return new SecretRelease(tpm, state, directory).bootState();
  }

  /** Whether the launcher secret comes out in the state that the host is in now. */
  public boolean approved() throws IOException {
    return BootApprovals.in(directory).of(state().pcrs()).isPresent();
  }

  /**
   * Keeps an approval, of this state or of one that is to come.
   *
   * @throws IllegalArgumentException if it is for another host or of another approver
   */
  public void accept(BootApproval approval) throws IOException {
    Bytes akName = Bytes.of(HostKeys.of(state).attestationKey().key().publicArea().name());
    BootApprovals.in(directory).accept(approval, state.sealed(), akName);
  }
}

// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.egress.permission.EgressPolicy;
import dev.signet.launcher.egress.permission.Judgement;
import dev.signet.launcher.egress.permission.RefusalNotices;
import dev.signet.launcher.egress.permission.Resolution;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * Asks the agent's permissions, and turns their refusals into the proxy's. Every request passes
 * here twice: before its body is taken, and when its addresses are looked up.
 */
record PermissionGate(EgressPolicy policy, RefusalNotices notices) {

  void require(String method, Target target) throws RefusedRequestException {
    pass(policy.request(method, target.destination(), target.pathAndQuery()));
  }

  /**
   * The only addresses that this request may be sent to. Blocks.
   *
   * @throws UnknownHostException if the name has none
   */
  List<InetAddress> addresses(String method, Target target)
      throws RefusedRequestException, UnknownHostException {
    return pass(target, policy.addresses(method, target.destination(), target.pathAndQuery()));
  }

  /** What {@link #addresses} will be told, if nobody need be asked for it. Does not block. */
  Optional<Resolution> known(String method, Target target) {
    return policy.knownAddresses(method, target.destination(), target.pathAndQuery());
  }

  /** The addresses of such an answer. */
  List<InetAddress> addresses(Target target, Resolution known) throws RefusedRequestException {
    return pass(target, known);
  }

  /** Whether it is worth opening a connection to intercept: some request may be permitted there. */
  void requireConnection(Target target) throws RefusedRequestException {
    pass(policy.connect(target.destination()));
  }

  /**
   * The addresses for a tunnel that nobody looks into. Blocks.
   *
   * @throws UnknownHostException if the name has none
   */
  List<InetAddress> tunnel(Target target) throws RefusedRequestException, UnknownHostException {
    pass(policy.tunnel(target.destination()));
    return pass(target, policy.tunnelAddresses(target.destination()));
  }

  private void pass(Judgement judgement) throws RefusedRequestException {
    if (judgement instanceof Judgement.Refused(String detail)) {
      notices.tell(EgressReason.NOT_PERMITTED + ": " + detail);
      throw new RefusedRequestException(EgressReason.NOT_PERMITTED, detail);
    }
  }

  private List<InetAddress> pass(Target target, Resolution resolution)
      throws RefusedRequestException {
    return switch (resolution) {
      case Resolution.Usable(List<InetAddress> addresses) -> addresses;
      case Resolution.Refused(String detail, InetAddress address) -> {
        notices.tell(
            EgressReason.ADDRESS_NOT_PERMITTED
                + ": "
                + target.host()
                + " is at "
                + address.getHostAddress()
                + ". "
                + detail);
        throw new RefusedRequestException(EgressReason.ADDRESS_NOT_PERMITTED, detail);
      }
    };
  }
}

// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;
import java.time.Instant;

/**
 * Who sent a request, as the verifier attested it.
 *
 * @param keyThumbprint RFC 7638 thumbprint of the key that signed the request
 * @param appraisal what was checked about the launch, and what was not
 * @param tokenExpires when the identity token ends
 */
public record AgentIdentity(
    AgentId agent,
    LaunchId launch,
    HostId host,
    String keyThumbprint,
    Appraisal appraisal,
    Instant tokenExpires) {}

// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import dev.signet.protocol.EgressPermission;
import dev.signet.protocol.PathForm;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Which requests one agent may send, and to which addresses: what its signed statement permits,
 * less what the operator takes away. What neither mentions is refused. Safe for use by many
 * threads.
 */
public final class EgressPolicy {
  private static final HostForm LOCALHOST = new HostForm.Name("localhost");

  private final List<EgressPermission> signed;
  private final List<Rule> permitted;
  private final Optional<List<Rule>> only;
  private final List<AddressRange> addresses;
  private final NameResolver resolver;

  /**
   * @param signed the statement's permissions; null, as in a statement that does not speak of them,
   *     permits nothing
   */
  public EgressPolicy(
      List<EgressPermission> signed, OperatorRules operator, NameResolver resolver) {
    this.signed = signed == null ? List.of() : List.copyOf(signed);
    this.permitted = this.signed.stream().map(Rule::new).toList();
    this.only = operator.only().map(rules -> rules.stream().map(Rule::new).toList());
    this.addresses = operator.addresses();
    this.resolver = Objects.requireNonNull(resolver, "resolver");
  }

  /** What the statement permits, for who says it to people or to a certificate authority. */
  public List<EgressPermission> signed() {
    return signed;
  }

  /**
   * Whether the agent may send this request.
   *
   * @param pathAndQuery from the first slash on; the query is not looked at
   */
  public Judgement request(String method, Destination to, String pathAndQuery) {
    HostForm host = HostForm.of(to.host());
    PathForm path = PathForm.of(withoutQuery(pathAndQuery));
    return judge(
        rule -> rule.permits(method, host, to, path),
        host,
        () -> Asked.request(method, to, withoutQuery(pathAndQuery), path));
  }

  /** Whether some request to this place may be permitted, so that it is worth connecting. */
  public Judgement connect(Destination to) {
    HostForm host = HostForm.of(to.host());
    return judge(rule -> rule.isFor(host, to), host, () -> Asked.connection(to));
  }

  /** Whether a tunnel, whose requests nobody sees, is permitted: only where every request is. */
  public Judgement tunnel(Destination to) {
    HostForm host = HostForm.of(to.host());
    return judge(rule -> rule.permitsEverything(host, to), host, () -> Asked.tunnel(to));
  }

  private Judgement judge(Predicate<Rule> permits, HostForm host, Supplier<Asked> asked) {
    if (host instanceof HostForm.Odd(String why)) {
      return new Judgement.Refused(asked.get().becauseOfHost(why));
    }
    if (permitted.stream().noneMatch(permits)) {
      return new Judgement.Refused(asked.get().notSigned());
    }
    if (only.isPresent() && only.get().stream().noneMatch(permits)) {
      return new Judgement.Refused(asked.get().takenAway());
    }
    return new Judgement.Permitted();
  }

  /**
   * The addresses for a request that is permitted. Blocks while name servers are asked, once.
   *
   * @throws UnknownHostException if the name has no address
   */
  public Resolution addresses(String method, Destination to, String pathAndQuery)
      throws UnknownHostException {
    HostForm host = HostForm.of(to.host());
    PathForm path = PathForm.of(withoutQuery(pathAndQuery));
    return resolve(host, to, rule -> rule.permits(method, host, to, path));
  }

  /**
   * The same without asking a name server: empty if one must be asked. Does not block. The rules
   * for addresses are those of {@link #addresses}, at every request.
   */
  public Optional<Resolution> knownAddresses(String method, Destination to, String pathAndQuery) {
    HostForm host = HostForm.of(to.host());
    Optional<List<InetAddress>> known =
        switch (host) {
          case HostForm.Address(InetAddress address) -> Optional.of(List.of(address));
          case HostForm.Name(String name) -> resolver.known(name);
          case HostForm.Odd odd -> Optional.empty();
        };
    return known
        .filter(found -> !found.isEmpty())
        .map(
            found -> {
              PathForm path = PathForm.of(withoutQuery(pathAndQuery));
              return judge(found, host, to, rule -> rule.permits(method, host, to, path));
            });
  }

  /**
   * The addresses for a tunnel that is permitted, as {@link #addresses}.
   *
   * @throws UnknownHostException if the name has no address
   */
  public Resolution tunnelAddresses(Destination to) throws UnknownHostException {
    HostForm host = HostForm.of(to.host());
    return resolve(host, to, rule -> rule.permitsEverything(host, to));
  }

  private Resolution resolve(HostForm host, Destination to, Predicate<Rule> permits)
      throws UnknownHostException {
    List<InetAddress> found =
        switch (host) {
          case HostForm.Address(InetAddress address) -> List.of(address);
          case HostForm.Name(String name) -> List.copyOf(resolver.addresses(name));
          case HostForm.Odd odd -> List.of();
        };
    if (found.isEmpty()) {
      throw new UnknownHostException(to.host());
    }
    return judge(found, host, to, permits);
  }

  private Resolution judge(
      List<InetAddress> found, HostForm host, Destination to, Predicate<Rule> permits) {
    boolean named = permitted.stream().anyMatch(rule -> permits.test(rule) && rule.names(host));
    for (InetAddress address : found) {
      boolean meant =
          named
              && (host instanceof HostForm.Address
                  || host.equals(LOCALHOST) && address.isLoopbackAddress());
      Optional<String> kind = meant ? Optional.empty() : special(address);
      if (kind.isPresent()) {
        // One of them is enough: who mixes public and special addresses is up to something.
        return new Resolution.Refused(Asked.special(to, host, kind.get()), address);
      }
    }
    return new Resolution.Usable(found);
  }

  private Optional<String> special(InetAddress address) {
    Optional<String> kind =
        addresses.stream().anyMatch(range -> range.contains(address))
            ? Optional.empty()
            : SpecialAddresses.kind(address);
    return kind.isPresent()
        ? kind
        : SpecialAddresses.behindTranslator(address).flatMap(this::special);
  }

  private static String withoutQuery(String pathAndQuery) {
    int query = pathAndQuery.indexOf('?');
    return query < 0 ? pathAndQuery : pathAndQuery.substring(0, query);
  }
}

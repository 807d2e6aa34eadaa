// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import dev.signet.requestsignatures.structuredfields.BareItem;
import dev.signet.requestsignatures.structuredfields.Item;
import dev.signet.requestsignatures.structuredfields.Parameters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A component identifier: a name and its parameters (RFC 9421 section 2). Two are equal when they
 * differ at most in the order of their parameters, as section 2 defines it; what is signed keeps
 * the order.
 */
public final class CoveredComponent {
  private final String name;
  private final Item identifier;
  private final boolean sf;
  private final boolean bs;
  private final boolean req;
  private final boolean tr;
  private final String key;
  private final String queryName;

  /** Those that almost every signature covers, made once. */
  private static final Map<String, CoveredComponent> PLAIN = new HashMap<>();

  static {
    for (String name :
        List.of(
            "@method",
            "@target-uri",
            "@authority",
            "@scheme",
            "@path",
            "@query",
            "authorization",
            "content-digest",
            "content-encoding",
            "content-length",
            "content-type",
            "cookie",
            "date",
            "mcp-protocol-version",
            "mcp-session-id",
            "workload-identity-token")) {
      PLAIN.put(name, of(name));
    }
  }

  private CoveredComponent(Item identifier) throws Refusal {
    if (!(identifier.value() instanceof BareItem.StringValue string)) {
      throw new Refusal(
          SignatureRefusal.MALFORMED_COMPONENT, "expected a String as the name of a component");
    }
    this.identifier = identifier;
    this.name = string.value();
    Parameters parameters = identifier.parameters();
    boolean derived = ComponentNames.isDerived(name);
    boolean isQueryParam = name.equals("@query-param");
    boolean hasSf = false;
    boolean hasBs = false;
    boolean hasReq = false;
    boolean hasTr = false;
    String memberKey = null;
    String parameterName = null;
    for (int i = 0; i < parameters.size(); i++) {
      String parameter = parameters.key(i);
      BareItem value = parameters.value(i);
      if (parameter.equals("req")) {
        hasReq = flag(parameter, value);
      } else if (isQueryParam && parameter.equals("name")) {
        parameterName = text(parameter, value);
      } else if (!derived && parameter.equals("sf")) {
        hasSf = flag(parameter, value);
      } else if (!derived && parameter.equals("bs")) {
        hasBs = flag(parameter, value);
      } else if (!derived && parameter.equals("tr")) {
        hasTr = flag(parameter, value);
      } else if (!derived && parameter.equals("key")) {
        memberKey = text(parameter, value);
      } else {
        throw new Refusal(
            SignatureRefusal.UNKNOWN_COMPONENT_PARAMETER, name + " has no parameter " + parameter);
      }
    }
    if (hasBs && (hasSf || memberKey != null)) {
      throw new Refusal(
          SignatureRefusal.INCOMPATIBLE_COMPONENT_PARAMETERS, name + ": bs excludes sf and key");
    }
    if (isQueryParam && parameterName == null) {
      throw new Refusal(SignatureRefusal.MALFORMED_COMPONENT, "@query-param needs the name");
    }
    this.sf = hasSf;
    this.bs = hasBs;
    this.req = hasReq;
    this.tr = hasTr;
    this.key = memberKey;
    this.queryName = parameterName;
  }

  /**
   * A component without parameters, such as {@code @method} or {@code content-type}.
   *
   * @throws IllegalArgumentException if RFC 9421 knows no such component
   */
  public static CoveredComponent of(String name) {
    return of(name, Parameters.NONE);
  }

  /**
   * A component with parameters, such as {@code @query-param} with {@code name}.
   *
   * @throws IllegalArgumentException if RFC 9421 knows no such component
   */
  public static CoveredComponent of(String name, Parameters parameters) {
    try {
      return parse(new Item(new BareItem.StringValue(name), parameters));
    } catch (Refusal e) {
      throw new IllegalArgumentException(e.reason() + ": " + e.getMessage(), e);
    }
  }

  static CoveredComponent parse(Item identifier) throws Refusal {
    if (identifier.parameters().isEmpty()
        && identifier.value() instanceof BareItem.StringValue name) {
      CoveredComponent known = PLAIN.get(name.value());
      if (known != null) {
        return known;
      }
    }
    CoveredComponent component = new CoveredComponent(identifier);
    ComponentNames.check(component.name);
    return component;
  }

  /** The name, such as {@code @authority} or {@code content-digest}. */
  public String name() {
    return name;
  }

  /** True where the identifier has no parameters at all. */
  public boolean isPlain() {
    return identifier.parameters().isEmpty();
  }

  Item identifier() {
    return identifier;
  }

  boolean strictlySerialized() {
    return sf;
  }

  boolean binaryWrapped() {
    return bs;
  }

  boolean fromRequest() {
    return req;
  }

  boolean fromTrailers() {
    return tr;
  }

  /** The dictionary member, or null. */
  String memberKey() {
    return key;
  }

  /** The encoded name of the query parameter, or null. */
  String queryName() {
    return queryName;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof CoveredComponent that
            && name.equals(that.name)
            && sf == that.sf
            && bs == that.bs
            && req == that.req
            && tr == that.tr
            && Objects.equals(key, that.key)
            && Objects.equals(queryName, that.queryName);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, sf, bs, req, tr, key, queryName);
  }

  @Override
  public String toString() {
    return name + identifier.parameters();
  }

  private static boolean flag(String parameter, BareItem value) throws Refusal {
    if (value instanceof BareItem.BooleanValue flag && flag.value()) {
      return true;
    }
    throw new Refusal(
        SignatureRefusal.UNKNOWN_COMPONENT_PARAMETER, parameter + " is a flag: it has no value");
  }

  private static String text(String parameter, BareItem value) throws Refusal {
    if (value instanceof BareItem.StringValue string) {
      return string.value();
    }
    throw new Refusal(
        SignatureRefusal.UNKNOWN_COMPONENT_PARAMETER, parameter + " has a String as its value");
  }
}

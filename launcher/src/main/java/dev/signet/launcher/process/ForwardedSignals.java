// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes SIGHUP, SIGINT and SIGTERM on to the agent instead of ending the launcher, until closed.
 * The agent decides what they mean, and the launcher ends when the agent has.
 *
 * <p>They are held from before the agent's process is made until it is known: a launcher that ended
 * in between would take the agent with it, which could not end in its own way, and the end would
 * not be recorded.
 */
public final class ForwardedSignals implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ForwardedSignals.class);
  private static final String[] NAMES = {"HUP", "INT", "TERM"};

  /** A signal with the handler that it had before. */
  private record Replaced(Object signal, Object handler) {}

  private final List<Replaced> replaced = new ArrayList<>();
  private final List<Object> held = new ArrayList<>();
  private AgentProcess agent;

  private ForwardedSignals() {}

  /**
   * Begins to hold signals back, until it is known whom they are for.
   *
   * @throws IOException if this Java runtime lets no program handle signals
   */
  public static ForwardedSignals hold() throws IOException {
    ForwardedSignals signals = new ForwardedSignals();
    try {
      // By reflection: naming sun.misc.Signal in source is a warning that cannot be suppressed.
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      InvocationHandler forward = (proxy, method, arguments) -> handle(method, arguments, signals);
      for (String name : NAMES) {
        Object signal = signalType.getConstructor(String.class).newInstance(name);
        Object handler =
            Proxy.newProxyInstance(
                ForwardedSignals.class.getClassLoader(), new Class<?>[] {handlerType}, forward);
        Object before =
            signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
        signals.replaced.add(new Replaced(signal, before));
      }
      return signals;
    } catch (ReflectiveOperationException e) {
      signals.close();
      throw new IOException("this Java runtime lets no program handle signals (-Xrs?)", e);
    }
  }

  private static Object handle(
      java.lang.reflect.Method method, Object[] arguments, ForwardedSignals signals)
      throws ReflectiveOperationException {
    if (method.getName().equals("handle")) {
      signals.came(arguments[0]);
    }
    return null;
  }

  private synchronized void came(Object signal) throws ReflectiveOperationException {
    if (agent == null) {
      held.add(signal);
    } else {
      forward(signal);
    }
  }

  private void forward(Object signal) throws ReflectiveOperationException {
    try {
      agent.signal((int) signal.getClass().getMethod("getNumber").invoke(signal));
    } catch (IOException e) {
      LOG.warn("{} could not be passed on to the agent: {}", signal, e.getMessage());
    }
  }

  /** Passes on to this agent what was held back, and from now on what comes. */
  public synchronized void to(AgentProcess agent) {
    this.agent = agent;
    try {
      for (Object signal : held) {
        forward(signal);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a signal has a number", e);
    }
    held.clear();
  }

  synchronized int held() {
    return held.size();
  }

  /** Gives the signals back to whoever had them. */
  @Override
  public void close() throws IOException {
    try {
      for (Replaced one : replaced) {
        Class<?> signalType = one.signal().getClass();
        signalType
            .getMethod("handle", signalType, Class.forName("sun.misc.SignalHandler"))
            .invoke(null, one.signal(), one.handler());
      }
      replaced.clear();
    } catch (ReflectiveOperationException e) {
      throw new IOException("the signal handlers could not be given back", e);
    }
  }
}

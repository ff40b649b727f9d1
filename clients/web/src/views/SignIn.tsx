import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Pairing, Session } from "../net/signIn";
import { t } from "../strings";
import { useApp } from "./context";
import { Title } from "./parts";

const CODE = /^\d{8}$/;

/** Where a unit asks for a key or a certificate: says how to get in, and pairs this device. */
export function Pair({ session, why }: { session: Session; why: "new" | "revoked" | "insecure" }): JSX.Element {
  return (
    <div class="sign-in">
      <img src="/icon.svg" alt="" width="56" height="56" />
      <Title>{t.pairTitle(session.unit)}</Title>
      {why === "revoked" && <p class="warning">{t.wasRevoked}</p>}
      {why === "insecure" ? <p class="warning">{t.insecure}</p> : <PairForm session={session} />}
      <section class="card">
        <h2>{t.withCertificate}</h2>
        <p class="faint">{t.withCertificateText}</p>
      </section>
    </div>
  );
}

function PairForm({ session }: { session: Session }): JSX.Element {
  const app = useApp();
  const [code, setCode] = useState("");
  const [name, setName] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  const pair = async (): Promise<void> => {
    const digits = code.replace(/[\s-]/g, "");
    if (!CODE.test(digits)) {
      setProblem(t.codeHas8Digits);
      return;
    }
    if (name.trim() === "") {
      setProblem(t.phoneNeedsName);
      return;
    }
    setBusy(true);
    const result = await app.signIn.pair(session, digits, name.trim());
    setBusy(false);
    if (result.kind === "paired") app.signInAgain();
    else setProblem(sentence(result));
  };
  return (
    <form class="card" onSubmit={(event) => {
      event.preventDefault();
      void pair();
    }}>
      <h2>{t.pairThis}</h2>
      <p class="faint">{t.pairText(session.unit)}</p>
      <pre tabIndex={0} aria-label={t.command}><code>{t.pairCommand}</code></pre>
      <label>{t.code}
        <input class="code" inputMode="numeric" autocomplete="one-time-code" value={code} maxLength={11} placeholder={t.codeHint}
          aria-describedby="pair-problem" onInput={(event) => setCode(event.currentTarget.value)} />
      </label>
      <label>{t.phoneName}
        <input value={name} maxLength={64} placeholder={t.phoneNameHint} autocomplete="off"
          aria-describedby="pair-problem" onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <p id="pair-problem" class="error" role="alert">{problem}</p>
      <div class="actions"><button type="submit" class="primary" disabled={busy}>{busy ? t.pairing : t.pair}</button></div>
    </form>
  );
}

function sentence(result: Exclude<Pairing, { kind: "paired" }>): string {
  switch (result.kind) {
    case "wrong":
      return t.wrongCode(result.triesLeft);
    case "closed":
      return t.codeClosed;
    case "slow":
      return t.tooFast(result.seconds);
    case "failed":
      return result.sentence || t.pairFailed;
  }
}

/** Where a unit has passwords: asks for a name and one, which are kept as long as the page is open. */
export function Password({ refused }: { refused: boolean }): JSX.Element {
  const app = useApp();
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  return (
    <div class="sign-in">
      <img src="/icon.svg" alt="" width="56" height="56" />
      <Title>{t.passwordTitle}</Title>
      <form class="card" onSubmit={(event) => {
        event.preventDefault();
        app.signInAgain(user, password);
      }}>
        <p class="faint">{t.passwordText}</p>
        <label>{t.user}
          <input value={user} autocomplete="username" autocapitalize="off" required onInput={(event) => setUser(event.currentTarget.value)} />
        </label>
        <label>{t.password}
          <input type="password" value={password} autocomplete="current-password" required
            onInput={(event) => setPassword(event.currentTarget.value)} />
        </label>
        <p class="error" role="alert">{refused ? t.passwordRefused : ""}</p>
        <div class="actions"><button type="submit" class="primary">{t.signIn}</button></div>
      </form>
    </div>
  );
}

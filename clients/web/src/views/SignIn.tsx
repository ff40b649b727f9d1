import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Pairing, Session } from "../net/signIn";
import { t } from "../strings";
import { useApp } from "./context";
import { Title } from "./parts";

const CODE = /^\d{8}$/;
/** What is waited for without a word, where the unit takes one try a second. */
const SHORT_SECONDS = 1;

/** Where a unit asks for a key or a certificate: says how to get in, and pairs this device. */
export function Pair({ session, why }: { session: Session; why: "new" | "revoked" | "insecure" }): JSX.Element {
  return (
    <div class="sign-in">
      <img src="/icon.svg" alt="" width="56" height="56" />
      <Title>{t.pairTitle(session.unit)}</Title>
      {why === "revoked" && <Unknown />}
      {why === "insecure" ? <p class="warning">{t.insecure}</p> : <PairForm session={session} />}
      <section class="card">
        <h2>{t.withCertificate}</h2>
        <p class="faint">{t.withCertificateText}</p>
      </section>
    </div>
  );
}

/** The key is kept: a unit that was away, or is new, knows no phones until it has been linked. */
function Unknown(): JSX.Element {
  const app = useApp();
  return (
    <>
      <p class="warning">{t.wasRevoked}</p>
      <div class="actions"><button type="button" onClick={() => app.signInAgain()}>{t.tryNow}</button></div>
    </>
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
    const ask = (): Promise<Pairing> => app.signIn.pair(session, digits, name.trim());
    let result = await ask();
    // Who corrects a digit at once need not press again.
    if (result.kind === "slow" && result.seconds <= SHORT_SECONDS) {
      await new Promise((over) => setTimeout(over, SHORT_SECONDS * 1_000));
      result = await ask();
    }
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

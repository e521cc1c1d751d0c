// A real SMTP server for tests/crash/fan_out.py: says its port, then a line for each mail that it has taken whole,
// before it answers: when its connection was made, the recipient, the Message-ID, the path that leaves. It answers a
// few milliseconds later, so that who is killed is often killed between the mail and the answer. Ends with its input.
import { SMTPServer } from "smtp-server";

const field = (text, name) => (new RegExp(`^${name}:\\s*<([^>]*)>`, "mi").exec(text)?.[1] ?? "-").replace(/\s/g, "");

const server = new SMTPServer({
  logger: false, authOptional: true, disabledCommands: ["AUTH", "STARTTLS"],
  onConnect: (session, done) => { session.since = Date.now() / 1000; done(); },
  onData: (stream, session, done) => {
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => {
      const head = Buffer.concat(parts).toString("latin1").split("\r\n\r\n")[0].replace(/\r\n[ \t]+/g, " ");
      const leave = field(head, "List-Unsubscribe").replace(/^https?:\/\/[^/]+/, "");
      for (const { address } of session.envelope.rcptTo)
        process.stdout.write(`${session.since} ${address} ${field(head, "Message-ID")} ${leave}\n`);
      setTimeout(done, Math.random() * 6);
    });
  },
});
server.on("error", () => {}); // clients that were killed
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.server.address().port}\n`));
process.stdin.on("end", () => process.exit(0)).resume();

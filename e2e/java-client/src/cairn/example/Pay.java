package cairn.example;

import cairn.ApiProviders;
import cairn.model.Account;
import cairn.model.Failure;
import cairn.model.FeeQuote;
import cairn.model.Problem;
import cairn.model.Rollup;
import cairn.model.SignedTransfer;
import cairn.model.SubmitRequest;
import cairn.model.Transaction;
import cairn.model.TransactionKind;
import cairn.model.TransactionStatus;
import cairn.params.QuoteParams;
import cairn.spec.AccountsApiSpec;
import cairn.spec.FeesApiSpec;
import cairn.spec.RollupApiSpec;
import cairn.spec.TransactionsApiSpec;
import java.math.BigInteger;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.ws.rs.ClientErrorException;
import javax.ws.rs.core.Response;
import org.jboss.resteasy.client.jaxrs.ResteasyClientBuilder;
import org.jboss.resteasy.client.jaxrs.ResteasyWebTarget;

/**
 * Pays from one account to another with the generated client: {@code Pay NODE_URL SECRET_KEY FROM TO AMOUNT}, in the token's
 * smallest unit. Prints what it did, one {@code name value} a line.
 */
public final class Pay {
  private static final int AMOUNT_BITS = 35;
  private static final int FEE_BITS = 11;
  private static final long VALID_SECONDS = 3600;
  private static final long POLL_MS = 200;
  private static final Set<TransactionStatus> EXECUTED =
      EnumSet.of(TransactionStatus.CONFIRMED, TransactionStatus.PROVEN, TransactionStatus.FINAL);

  private Pay() {}

  public static void main(String[] args) throws InterruptedException {
    BigInteger secret = Message.hex(args[1]);
    int from = Integer.parseInt(args[2]);
    int to = Integer.parseInt(args[3]);
    BigInteger amount = new BigInteger(args[4]);

    ResteasyClientBuilder builder = new ResteasyClientBuilder();
    ApiProviders.defaultProviders().forEach(builder::register);
    ResteasyWebTarget node = builder.build().target(args[0]);
    AccountsApiSpec accounts = node.proxy(AccountsApiSpec.class);
    TransactionsApiSpec transactions = node.proxy(TransactionsApiSpec.class);

    Rollup rollup = node.proxy(RollupApiSpec.class).rollup();
    Account sender = accounts.account(from);
    if (!Message.hex(sender.getKey()).equals(Schnorr.publicKey(secret)))
      throw new IllegalArgumentException("account " + from + " has another key");
    QuoteParams asked = new QuoteParams().kind(TransactionKind.TRANSFER).tokenId(sender.getTokenId());
    FeeQuote quote = node.proxy(FeesApiSpec.class).quote(asked);

    SignedTransfer transfer =
        Message.to(new SignedTransfer(), accounts.account(to))
            .from(from)
            .nonce(sender.getNonce())
            .tokenId(sender.getTokenId())
            .amount(Message.encodeFloat(amount, AMOUNT_BITS))
            .fee((int) Message.encodeFloat(new BigInteger(quote.getFee()), FEE_BITS))
            .validUntil(Instant.now().getEpochSecond() + VALID_SECONDS);
    BigInteger id = signed(rollup, transfer, secret);
    // The same signed bytes may be sent again when an answer is lost: they run at most once.
    transactions.submit(null, new SubmitRequest().transactions(List.of(transfer)));
    print("id", String.format("0x%064x", id));
    print("fee", quote.getFee());
    print("status", waitFor(transactions, id).value());
    print("sender", accounts.account(from).getBalance());
    print("receiver", accounts.account(to).getBalance());

    // Another payment under the nonce that is used up now.
    signed(rollup, transfer.amount(transfer.getAmount() + 1), secret);
    try {
      transactions.submit(null, new SubmitRequest().transactions(List.of(transfer)));
    } catch (ClientErrorException refusal) {
      Response answer = refusal.getResponse();
      print("help", answer.getHeaderString("Link"));
      Problem problem = answer.readEntity(Failure.class).getError();
      print("refusal", problem.getCode());
      print("rule", ((Map<?, ?>) problem.getDetails().get("reason")).get("type"));
    }
  }

  private static BigInteger signed(Rollup rollup, SignedTransfer transfer, BigInteger secret) {
    BigInteger message = Message.of(rollup, transfer);
    transfer.setSignature(Schnorr.sign(message, secret).hex());
    return message;
  }

  private static TransactionStatus waitFor(TransactionsApiSpec transactions, BigInteger id)
      throws InterruptedException {
    while (true) {
      Transaction transaction = transactions.transaction(String.format("0x%064x", id));
      if (EXECUTED.contains(transaction.getStatus())) return transaction.getStatus();
      if (transaction.getStatus() != TransactionStatus.RECEIVED)
        throw new IllegalStateException("the payment is " + transaction.getStatus());
      Thread.sleep(POLL_MS);
    }
  }

  private static void print(String name, Object value) {
    System.out.println(name + " " + value);
  }
}

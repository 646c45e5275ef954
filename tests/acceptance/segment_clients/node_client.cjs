// Sends N events with the unmodified @segment/analytics-node and waits until all are delivered.
const { Analytics } = require(process.argv[2] + "/node_modules/@segment/analytics-node");

const [, , , host, writeKey, count] = process.argv;
const analytics = new Analytics({ host, writeKey, flushAt: 20, flushInterval: 200, maxRetries: 20 });
let failed = 0;
analytics.on("error", (error) => {
  failed += 1;
  console.error(error);
});
for (let i = 0; i < Number(count); i += 1) {
  analytics.track({
    userId: `node-${i % 500}`,
    event: "Product Viewed",
    properties: { product_id: `p${i % 50}`, price: i % 100, n: i },
  });
}
analytics.closeAndFlush({ timeout: 120000 }).then(() => process.exit(failed ? 1 : 0));

/** What `npm run init -- --bare` takes out: the sample domain of the template. What you have added is not in these lists and stays. */
export const samples = {
  consumers: ['fulfil-order', 'send-welcome', 'audit-log'],
  tables: ['Orders', 'Deliveries', 'AuditLog'],
  events: ['order.placed', 'order.cancelled', 'user.registered'],
  /** Of `functions/events.ts`. */
  statements: [
    'orderId',
    'orderPlaced',
    'orderCancelled',
    'orderEvent',
    'OrderPlaced',
    'OrderCancelled',
    'OrderEvent',
    'userRegistered',
    'UserRegistered',
  ],
  /** Folders end with a slash. */
  files: [
    'functions/fulfil-order/',
    'functions/send-welcome/',
    'functions/audit-log/',
    'test/functions/audit-log/',
    'test/functions/fulfil-order/',
    'test/functions/send-welcome/',
    'test/functions/examples-in-docs.infrastructure.test.ts',
    'test/functions/sample-effects.test.ts',
    'test/functions/sample-events.test.ts',
    'test/functions/acceptance/when-the-demo-runs.test.ts',
  ],
} as const;

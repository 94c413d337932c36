/** What to do first in an application that has no consumer yet. */
export const firstConsumer = `lib/app.ts has no consumers yet. The first one, for example:
  npm run new -- event car.left
  npm run new -- consumer bill-parking --on car.left`;

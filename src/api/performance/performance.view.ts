import type { PerformanceReview, Report } from '../../metrics/index.js';
import { toInstant } from '../instants.js';

/** A review as REST answers it. */
export function toReviewView(review: PerformanceReview) {
  return { ...review, fromAt: toInstant(review.fromAt), toAt: toInstant(review.toAt) };
}

/** A report as REST answers it: a list that is whole. */
export function toReportView<Item>({ fromAt, toAt, items }: Report<Item>) {
  return { fromAt: toInstant(fromAt), toAt: toInstant(toAt), items, nextCursor: null };
}

import type { MetricValue, Registry } from 'prom-client';

const BUCKETS_MILLISECONDS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000] as const;

interface Series {
  readonly service: string;
  readonly operation: string;
  readonly status: number;
  count: number;
  sum: number;
  readonly buckets: number[];
}

/** Counts requests as they finish; the Prometheus library is loaded at the first scrape only. */
export class RequestMetrics {
  readonly #series = new Map<string, Series>();
  #registry: Registry | undefined;

  /** Notes one finished request. */
  count(service: string, operation: string, status: number, milliseconds: number): void {
    const key = `${service}|${operation}|${status}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { service, operation, status, count: 0, sum: 0, buckets: BUCKETS_MILLISECONDS.map(() => 0) };
      this.#series.set(key, series);
    }
    series.count += 1;
    series.sum += milliseconds;
    for (let index = BUCKETS_MILLISECONDS.length - 1; index >= 0 && milliseconds <= (BUCKETS_MILLISECONDS[index] ?? 0); index -= 1)
      series.buckets[index] = (series.buckets[index] ?? 0) + 1;
  }

  /** The exposition text of all metrics, with gauges read now (`outbox jobs waiting` and the like). */
  async text(gauges: Readonly<Record<string, { help: string; value: number }>>): Promise<string> {
    const prometheus = await import('prom-client');
    if (this.#registry === undefined) {
      this.#registry = new prometheus.Registry();
      prometheus.collectDefaultMetrics({ register: this.#registry, prefix: 'localspine_' });
    }
    const own = new prometheus.Registry();
    for (const [name, { help, value }] of Object.entries(gauges))
      new prometheus.Gauge({ name: `localspine_${name}`, help, registers: [own] }).set(value);
    const durations = { name: 'localspine_request_seconds', get: async () => this.#durations() };
    own.registerMetric(durations as unknown as Parameters<Registry['registerMetric']>[0]);
    return `${await this.#registry.metrics()}\n${await own.metrics()}`;
  }

  #durations(): object {
    const values: (MetricValue<string> & { metricName: string })[] = [];
    for (const { service, operation, status, count, sum, buckets } of this.#series.values()) {
      const labels = { service, operation, status };
      BUCKETS_MILLISECONDS.forEach((bound, index) => {
        values.push({
          metricName: 'localspine_request_seconds_bucket',
          labels: { ...labels, le: bound / 1_000 },
          value: buckets[index] ?? 0,
        });
      });
      values.push({ metricName: 'localspine_request_seconds_bucket', labels: { ...labels, le: '+Inf' }, value: count });
      values.push({ metricName: 'localspine_request_seconds_sum', labels, value: sum / 1_000 });
      values.push({ metricName: 'localspine_request_seconds_count', labels, value: count });
    }
    return {
      name: 'localspine_request_seconds',
      help: 'Time to answer, by service, operation and status',
      type: 'histogram',
      aggregator: 'sum',
      values,
    };
  }
}

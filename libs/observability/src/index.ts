export { createLogger, logLevels, redact, type Logger, type LogLevel } from './logger';
export { Counter, counter, createMetrics, Gauge, gauge, Histogram, httpDuration, type Registry } from './metrics';
export {
  checkReadiness,
  ObservabilityError,
  startMetricsServer,
  type MetricsServer,
  type ReadinessCheck,
} from './metrics-server';

export {
  JobsError,
  type Job,
  type JobFailure,
  type JobHandler,
  type JobQueue,
  type QueueFigures,
  type WorkOptions,
} from './job-queue';
export { openJobQueue, type JobQueueOptions } from './pg-boss-queue';
export { allQueues, queueNames, wholeDeployment } from './queue-names';

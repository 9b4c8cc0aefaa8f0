import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { FiguresScreen } from '../../../features/figures/figures-screen';
import { JobsScreen } from '../../../features/jobs/jobs-screen';
import { readFigures } from '../../../server/staff';

export const metadata: Metadata = { title: 'Jobs' };

export default async function Page(): Promise<ReactNode> {
  const jobs = await readFigures('/jobs', (client) => client.getOpsJobs());
  return (
    <FiguresScreen title="Jobs" figures={jobs} atOf={({ at }) => at} path="/jobs">
      {(data) => <JobsScreen jobs={data} />}
    </FiguresScreen>
  );
}

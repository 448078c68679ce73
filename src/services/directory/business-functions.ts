/**
 * Which RBAC activity gives which e-RS business function (identity.md §D; codes marked unknown there get a plainly local one outside
 * the national B range). One table, read by everybody.
 */
export const ersBusinessFunctions: readonly {
  readonly activityCode: string;
  readonly activity: string;
  readonly businessFunction: string;
  readonly local?: true;
}[] = [
  { activityCode: 'B1107', activity: 'Maintain Service Configurations and Workgroups', businessFunction: 'SERVICE_DEFINER' },
  { activityCode: 'B1110', activity: 'Manage Inbound Referrals', businessFunction: 'SERVICE_PROVIDER_CLINICIAN' },
  { activityCode: 'B1115', activity: 'Proxy Manage Inbound Referrals', businessFunction: 'SERVICE_PROVIDER_CLINICIAN_ADMIN' },
  { activityCode: 'B1120', activity: 'Manage Inbound Appointments', businessFunction: 'SERVICE_PROVIDER_ADMIN' },
  { activityCode: 'B1101', activity: 'Manage Outbound Referrals', businessFunction: 'REFERRING_CLINICIAN' },
  { activityCode: 'B1102', activity: 'Proxy Manage Outbound Referrals', businessFunction: 'REFERRING_CLINICIAN_ADMIN' },
  { activityCode: 'B1103', activity: 'Manage Outbound Appointments', businessFunction: 'REFERRING_ADMIN' },
  { activityCode: 'B1105', activity: 'Perform Choose and Book Appointments Line', businessFunction: 'BMS_ADMIN' },
  { activityCode: 'B1106', activity: 'Maintain Commissioned Services', businessFunction: 'COMMISSIONER' },
  { activityCode: 'B1108', activity: 'Maintain Service Selection Guidance', businessFunction: 'REFERRER_RIGHTS_MANAGER' },
  {
    activityCode: 'LOCAL-INFORMATION_ANALYST',
    activity: 'Information analyst (local code)',
    businessFunction: 'INFORMATION_ANALYST',
    local: true,
  },
  { activityCode: 'LOCAL-BOOKING_MANAGER', activity: 'Booking manager (local code)', businessFunction: 'BOOKING_MANAGER', local: true },
  {
    activityCode: 'LOCAL-ADDITIONAL_REQUIREMENTS_MANAGER',
    activity: 'Additional requirements manager (local code)',
    businessFunction: 'ADDITIONAL_REQUIREMENTS_MANAGER',
    local: true,
  },
];
